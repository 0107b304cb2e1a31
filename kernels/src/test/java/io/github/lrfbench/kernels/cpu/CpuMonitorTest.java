package io.github.lrfbench.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DeviceState;
import io.github.lrfbench.kernels.host.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuMonitorTest {
  private static final Workers ALONE = new Workers(1);

  @TempDir private Path root;

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void processor(int number, String file, long value) throws IOException {
    write("sys/devices/system/cpu/cpu" + number + "/" + file, value + "\n");
  }

  @Test
  void aSystemThatTellsNothing() {
    CpuMonitor monitor = new CpuMonitor(root, root.resolve("sys/class/powercap"), ALONE);
    assertEquals(DeviceState.UNKNOWN, monitor.state());
    assertEquals("", monitor.energySource());
    assertTrue(Double.isNaN(monitor.joules()));
  }

  @Test
  void theClockIsTheHighest() throws IOException {
    CpuMonitor monitor = new CpuMonitor(root, root.resolve("sys/class/powercap"), ALONE);
    write("proc/cpuinfo", "processor\t: 0\ncpu MHz\t\t: 800.123\n\ncpu MHz\t\t: 2300.5\n");
    assertEquals(OptionalDouble.of(2300.5), monitor.state().clockMhz());
    processor(0, "cpufreq/scaling_cur_freq", 1_200_000);
    processor(12, "cpufreq/scaling_cur_freq", 3_400_000);
    assertEquals(OptionalDouble.of(3400), monitor.state().clockMhz());
  }

  @Test
  void throttlingIsToldOnce() throws IOException {
    processor(0, "thermal_throttle/core_throttle_count", 10);
    processor(1, "thermal_throttle/package_throttle_count", 5);
    CpuMonitor monitor = new CpuMonitor(root, root.resolve("sys/class/powercap"), ALONE);
    assertEquals(Set.of(), monitor.state().slowdowns());
    processor(1, "thermal_throttle/package_throttle_count", 6);
    assertEquals(Set.of("thermal"), monitor.state().slowdowns());
    assertEquals(Set.of(), monitor.state().slowdowns());
    processor(0, "thermal_throttle/core_throttle_count", 11);
    assertEquals(Set.of("thermal"), monitor.state().slowdowns());
  }

  @Test
  void energyIsThatOfRapl() throws IOException {
    String zone = "sys/class/powercap/intel-rapl:0/";
    write(zone + "name", "package-0\n");
    write(zone + "max_energy_range_uj", "1000000\n");
    write(zone + "energy_uj", "5\n");
    CpuMonitor monitor = new CpuMonitor(root, root.resolve("sys/class/powercap"), ALONE);
    assertEquals("rapl", monitor.energySource());
    write(zone + "energy_uj", "500005\n");
    assertEquals(0.5, monitor.joules(), 1e-12);
  }
}
