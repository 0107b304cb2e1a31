package io.github.lrfbench.harness.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * How many processors other work keeps busy, on average since the start: the time that processors
 * were not idle, minus that of this process and of those that are measured, as Linux counts all.
 */
final class OtherLoad {
  /** Of a line of {@code /proc/stat}: user, nice, system, idle, iowait, irq, softirq, steal. */
  private static final int TIMES = 8;

  private static final int IDLE = 3;
  private static final int WAITING = 4;

  /** Of {@code /proc/PID/stat} behind the name, whose own number is 2: user and system time. */
  private static final int OWN_USER = 11;

  private static final int OWN_SYSTEM = 12;

  private final Path proc;

  /** Names of folders. */
  private final List<String> measured;

  private final Times start;

  private OtherLoad(Path proc, List<String> measured) {
    this.proc = proc;
    this.measured = measured;
    start = Times.read(proc, measured);
  }

  /**
   * Starts to count.
   *
   * @param measured processes whose work is not that of others, as this one's
   */
  static OtherLoad start(List<ProcessHandle> measured) {
    return start(Path.of("/proc"), measured.stream().mapToLong(ProcessHandle::pid).toArray());
  }

  static OtherLoad start(Path proc, long... measured) {
    long own = ProcessHandle.current().pid();
    return new OtherLoad(
        proc,
        Stream.concat(
                Stream.of("self"),
                Arrays.stream(measured).filter(pid -> pid != own).mapToObj(Long::toString))
            .toList());
  }

  /** The machine's processors; 0 if the system does not tell. */
  int processors() {
    return start == null ? 0 : start.processors();
  }

  /** The average since the start; empty if the system does not tell, or no time has passed. */
  OptionalDouble average() {
    Times now = Times.read(proc, measured);
    if (start == null || now == null || now.all() <= start.all()) {
      return OptionalDouble.empty();
    }
    double others = now.busy() - start.busy() - (now.own() - start.own());
    return OptionalDouble.of(now.processors() * Math.max(0, others) / (now.all() - start.all()));
  }

  /** Times of all processors together, in the system's ticks. */
  private record Times(int processors, long all, long busy, long own) {
    /** The times until now; null if the system does not tell. */
    static Times read(Path proc, List<String> measured) {
      try {
        String stat = Files.readString(proc.resolve("stat"));
        long own = 0;
        for (String process : measured) {
          own += ticks(Files.readString(proc.resolve(process).resolve("stat")));
        }
        long[] times =
            Arrays.stream(stat.lines().findFirst().orElse("").split("\\s+"))
                .skip(1)
                .limit(TIMES)
                .mapToLong(Long::parseLong)
                .toArray();
        long all = Arrays.stream(times).sum();
        return new Times(
            (int) stat.lines().filter(line -> line.matches("cpu\\d.*")).count(),
            all,
            all - times[IDLE] - times[WAITING],
            own);
      } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
        return null;
      }
    }

    private static long ticks(String stat) {
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
      return Long.parseLong(fields[OWN_USER]) + Long.parseLong(fields[OWN_SYSTEM]);
    }
  }
}
