package io.github.lrfbench.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaplTest {
  private static final long RANGE = 262_143_328_850L;

  @TempDir private Path root;

  private Path zone(String folder, String name, long microjoules) throws IOException {
    Path zone = root.resolve("sys/class/powercap").resolve(folder);
    Files.createDirectories(zone);
    Files.writeString(zone.resolve("name"), name + "\n");
    Files.writeString(zone.resolve("max_energy_range_uj"), RANGE + "\n");
    count(zone, microjoules);
    return zone;
  }

  private static void count(Path zone, long microjoules) throws IOException {
    Files.writeString(zone.resolve("energy_uj"), microjoules + "\n");
  }

  @Test
  void packagesAreSummedAndTheirPartsAreNot() throws IOException {
    Path first = zone("intel-rapl:0", "package-0", 1_000_000);
    Path second = zone("intel-rapl:10", "package-1", 50);
    Path core = zone("intel-rapl:0:0", "core", 10);
    Path memory = zone("intel-rapl:0:1", "dram", 10);
    Path platform = zone("intel-rapl:1", "psys", 10);
    Path again = zone("intel-rapl-mmio:0", "package-0", 10);
    Files.createDirectories(root.resolve("sys/class/powercap/intel-rapl"));
    Rapl rapl = Rapl.in(root.resolve("sys/class/powercap"));
    assertTrue(rapl.isReadable(), rapl.detail());
    assertTrue(rapl.detail().startsWith("2 processor package"), rapl.detail());
    assertEquals(0, rapl.joules());
    count(first, 3_500_000);
    count(second, 1_000_050);
    for (Path other : new Path[] {core, memory, platform, again}) {
      count(other, 900_000_000);
    }
    assertEquals(3.5, rapl.joules(), 1e-12);
  }

  @Test
  void countersWrapAround() throws IOException {
    Path zone = zone("intel-rapl:0", "package-0", RANGE - 2_000_000);
    Rapl rapl = Rapl.in(root.resolve("sys/class/powercap"));
    count(zone, 3_000_000);
    assertEquals(5, rapl.joules(), 1e-12);
    count(zone, 4_000_000);
    assertEquals(6, rapl.joules(), 1e-12);
    count(zone, RANGE);
    rapl.joules();
    count(zone, 0);
    assertEquals(6 + (RANGE - 4_000_000) / 1e6, rapl.joules(), 1e-6);
  }

  /** A sum over some packages would look like that of all. */
  @Test
  void anUnreadablePackageMakesAllUnreadable() throws IOException {
    zone("intel-rapl:0", "package-0", 7);
    Path second = zone("intel-rapl:1", "package-1", 7);
    Files.delete(second.resolve("energy_uj"));
    Files.createDirectory(second.resolve("energy_uj"));
    Rapl rapl = Rapl.in(root.resolve("sys/class/powercap"));
    assertFalse(rapl.isReadable());
    assertTrue(Double.isNaN(rapl.joules()));
    assertTrue(rapl.detail().contains("intel-rapl:1/energy_uj cannot be read"), rapl.detail());
  }

  @Test
  void whatIsForRootOnlyHasAHint() {
    Path zone = Path.of("/sys/class/powercap/intel-rapl:0");
    assertEquals(
        "/sys/class/powercap/intel-rapl:0/energy_uj is for root only (CVE-2020-8694); until the"
            + " next boot: sudo chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj",
        Rapl.whyUnreadable(zone, new AccessDeniedException(zone + "/energy_uj")));
  }

  @Test
  void aPackageThatBecomesUnreadableIsNaN() throws IOException {
    Path zone = zone("intel-rapl:0", "package-0", 7);
    Rapl rapl = Rapl.in(root.resolve("sys/class/powercap"));
    Files.writeString(zone.resolve("energy_uj"), "many\n");
    assertTrue(Double.isNaN(rapl.joules()));
    Files.delete(zone.resolve("energy_uj"));
    assertTrue(Double.isNaN(rapl.joules()));
  }

  @Test
  void spoiledNumbersAreUnreadable() throws IOException {
    Path zone = zone("intel-rapl:0", "package-0", 7);
    Files.writeString(zone.resolve("max_energy_range_uj"), "");
    assertFalse(Rapl.in(root.resolve("sys/class/powercap")).isReadable());
  }

  @Test
  void withoutCountersTheReasonIsTold() throws IOException {
    assertFalse(Rapl.in(root.resolve("sys/class/powercap")).isReadable());
    assertTrue(
        Rapl.in(root.resolve("sys/class/powercap")).detail().contains("containers"),
        Rapl.in(root.resolve("sys/class/powercap")).detail());
    zone("intel-rapl:0", "psys", 7);
    assertFalse(Rapl.in(root.resolve("sys/class/powercap")).isReadable());
    zone("intel-rapl:1", "package-0", 0);
    assertEquals(
        "the counters stand at 0, as in some virtual machines",
        Rapl.in(root.resolve("sys/class/powercap")).detail());
  }
}
