package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherLoadTest {
  @TempDir private Path proc;

  /** Of four processors; 1000 ticks of guests are in those of users already. */
  private void stat(long user, long system, long idle, long waiting, long stolen)
      throws IOException {
    Files.writeString(
        proc.resolve("stat"),
        "cpu  "
            + String.join(
                " ",
                Long.toString(user),
                "10",
                Long.toString(system),
                Long.toString(idle),
                Long.toString(waiting),
                "20",
                "30",
                Long.toString(stolen),
                "1000",
                "1000")
            + "\ncpu0 1 2 3\ncpu1 1 2 3\ncpu2 1 2 3\ncpu3 1 2 3\nintr 4 5 6\nctxt 7\n");
  }

  private void own(long user, long system) throws IOException {
    process("self", user, system);
  }

  private void process(String name, long user, long system) throws IOException {
    Files.createDirectories(proc.resolve(name));
    Files.writeString(
        proc.resolve(name).resolve("stat"),
        "77 (a) b 9 (java) S 1 77 77 0 -1 4194560 9 9 9 9 " + user + " " + system + " 5 6 20 0");
  }

  @Test
  void ownTimeIsNoOthers() throws IOException {
    stat(1000, 500, 9000, 100, 0);
    own(400, 100);
    OtherLoad load = OtherLoad.start(proc);
    assertEquals(4, load.processors());
    // A hundred ticks of each of four: 150 our own, 100 of others, of which 20 stolen.
    stat(1180, 550, 9140, 110, 20);
    own(520, 130);
    assertEquals(1.0, load.average().getAsDouble(), 1e-12);
  }

  /** This process is counted once, and one that ended as if the system did not tell. */
  @Test
  void timeOfWhatIsMeasuredIsNoOthersEither() throws IOException {
    stat(1000, 500, 9000, 100, 0);
    own(400, 100);
    process("1234567890", 50, 10);
    OtherLoad load = OtherLoad.start(proc, 1234567890, ProcessHandle.current().pid());
    stat(1180, 550, 9140, 110, 20);
    own(520, 130);
    process("1234567890", 95, 15);
    assertEquals(0.5, load.average().getAsDouble(), 1e-12);
    Files.delete(proc.resolve("1234567890/stat"));
    assertEquals(OptionalDouble.empty(), load.average());
  }

  @Test
  void ownWorkAloneIsNoLoad() throws IOException {
    stat(1000, 500, 9000, 100, 0);
    own(400, 100);
    OtherLoad load = OtherLoad.start(proc);
    assertEquals(OptionalDouble.empty(), load.average());
    stat(1200, 500, 9200, 100, 0);
    // The two are not counted at the same moments.
    own(601, 100);
    assertEquals(OptionalDouble.of(0), load.average());
  }

  @Test
  void otherSystemsDoNotTell() throws IOException {
    OtherLoad load = OtherLoad.start(proc.resolve("nowhere"));
    assertEquals(0, load.processors());
    assertEquals(OptionalDouble.empty(), load.average());
    own(1, 1);
    Files.writeString(proc.resolve("stat"), "cpu 1 2\n");
    assertEquals(OptionalDouble.empty(), OtherLoad.start(proc).average());
    Files.writeString(proc.resolve("stat"), "");
    assertEquals(OptionalDouble.empty(), OtherLoad.start(proc).average());
    stat(1, 1, 1, 1, 1);
    Files.writeString(proc.resolve("self/stat"), "7 (java");
    assertEquals(OptionalDouble.empty(), OtherLoad.start(proc).average());
  }

  @Test
  void thisMachineIsRead() {
    if (Files.isReadable(Path.of("/proc/self/stat"))) {
      assertTrue(OtherLoad.start(List.of()).processors() > 0);
    }
  }
}
