package io.github.lrfbench.harness.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * How many processors other work keeps busy, on average since the start: the time that processors
 * were not idle, minus that of this process, as Linux counts both.
 */
final class OtherLoad {
  /** Of a line of {@code /proc/stat}: user, nice, system, idle, iowait, irq, softirq, steal. */
  private static final int TIMES = 8;

  private static final int IDLE = 3;
  private static final int WAITING = 4;

  /** Of {@code /proc/self/stat} behind the name, whose own number is 2: user and system time. */
  private static final int OWN_USER = 11;

  private static final int OWN_SYSTEM = 12;

  private final Path proc;
  private final Times start;

  private OtherLoad(Path proc) {
    this.proc = proc;
    start = Times.read(proc);
  }

  /** Starts to count. */
  static OtherLoad start() {
    return start(Path.of("/proc"));
  }

  static OtherLoad start(Path proc) {
    return new OtherLoad(proc);
  }

  /** The machine's processors; 0 if the system does not tell. */
  int processors() {
    return start == null ? 0 : start.processors();
  }

  /** The average since the start; empty if the system does not tell, or no time has passed. */
  OptionalDouble average() {
    Times now = Times.read(proc);
    if (start == null || now == null || now.all() <= start.all()) {
      return OptionalDouble.empty();
    }
    double others = now.busy() - start.busy() - (now.own() - start.own());
    return OptionalDouble.of(now.processors() * Math.max(0, others) / (now.all() - start.all()));
  }

  /** Times of all processors together, in the system's ticks. */
  private record Times(int processors, long all, long busy, long own) {
    /** The times until now; null if the system does not tell. */
    static Times read(Path proc) {
      try {
        String stat = Files.readString(proc.resolve("stat"));
        String self = Files.readString(proc.resolve("self/stat"));
        long[] times =
            Arrays.stream(stat.lines().findFirst().orElse("").split("\\s+"))
                .skip(1)
                .limit(TIMES)
                .mapToLong(Long::parseLong)
                .toArray();
        String[] own = self.substring(self.lastIndexOf(')') + 1).strip().split(" ");
        long all = Arrays.stream(times).sum();
        return new Times(
            (int) stat.lines().filter(line -> line.matches("cpu\\d.*")).count(),
            all,
            all - times[IDLE] - times[WAITING],
            Long.parseLong(own[OWN_USER]) + Long.parseLong(own[OWN_SYSTEM]));
      } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
        return null;
      }
    }
  }
}
