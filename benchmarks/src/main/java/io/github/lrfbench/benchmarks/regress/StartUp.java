package io.github.lrfbench.benchmarks.regress;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Time of a command from its start to its end. Arguments: what it is called, runs, the command with
 * its own arguments. The first run is a warm-up. Prints {@code runtime,runs,median_ms}.
 */
public final class StartUp {
  private StartUp() {}

  /** Runs the measurement. */
  public static void main(String[] args) {
    int runs = Integer.parseInt(args[1]);
    List<String> command = Arrays.asList(args).subList(2, args.length);
    double[] times = new double[runs];
    for (int run = -1; run < runs; run++) {
      long start = System.nanoTime();
      Calls.run(command);
      if (run >= 0) {
        times[run] = (System.nanoTime() - start) / 1e6;
      }
    }
    System.out.println("runtime,runs,median_ms");
    System.out.printf(Locale.ROOT, "%s,%d,%.2f%n", args[0], runs, Figure.median(times));
  }
}
