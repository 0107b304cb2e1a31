package io.github.lrfbench.benchmarks.model;

import io.github.lrfbench.kernels.host.Workers;
import java.util.Arrays;
import java.util.Locale;

/**
 * What a team of threads costs beside the work: an empty loop right after another, an empty loop
 * after a pause in which all have gone to sleep, and 2 ms of work that every thread gets a part of.
 * Teams may be larger than the machine. Arguments: numbers of threads.
 */
public final class TeamCost {
  private static final long WORK_NANOS = 2_000_000;

  private TeamCost() {}

  /** Prints medians in microseconds. */
  public static void main(String[] args) throws InterruptedException {
    System.out.println("threads,hot_us,asleep_us,work_us");
    for (String arg : args) {
      int threads = Integer.parseInt(arg);
      int tasks = Math.max(2, threads);
      try (Workers workers = new Workers(threads)) {
        for (int i = 0; i < 3000; i++) {
          workers.forEach(tasks, task -> {});
        }
        double hot = median(2001, 0, () -> workers.forEach(tasks, task -> {}));
        double asleep = median(101, 3, () -> workers.forEach(tasks, task -> {}));
        double work = median(301, 0, () -> workers.forEach(tasks, task -> spin(tasks)));
        System.out.printf(Locale.ROOT, "%d,%.1f,%.1f,%.0f%n", threads, hot, asleep, work);
      }
    }
  }

  private static double median(int runs, long pauseMillis, Runnable loop)
      throws InterruptedException {
    double[] micros = new double[runs];
    for (int i = 0; i < runs; i++) {
      Thread.sleep(pauseMillis);
      long start = System.nanoTime();
      loop.run();
      micros[i] = (System.nanoTime() - start) / 1e3;
    }
    Arrays.sort(micros);
    return micros[runs / 2];
  }

  /** A part of the work. */
  private static void spin(int parts) {
    long end = System.nanoTime() + WORK_NANOS / parts;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
