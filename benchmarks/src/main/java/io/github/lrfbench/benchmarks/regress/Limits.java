package io.github.lrfbench.benchmarks.regress;

import java.util.Locale;

/**
 * What {@link MachineLimits} printed.
 *
 * @param processor its name
 * @param kernel the processor that OpenBLAS takes it for
 * @param threads that worked
 * @param gigaFlops of a large product, GFLOP/s
 * @param bandwidth of reading, GB/s
 * @param handOver nanoseconds in which a thread reads what another wrote; NaN if not known
 */
record Limits(
    String processor,
    String kernel,
    int threads,
    double gigaFlops,
    double bandwidth,
    double handOver) {
  /** What changes from round to round, in words. */
  String describe() {
    return String.format(
        Locale.ROOT,
        "%.0f GFLOP/s, %.0f GB/s, %s",
        gigaFlops,
        bandwidth,
        Double.isNaN(handOver)
            ? "hand-over of threads unknown"
            : String.format(Locale.ROOT, "threads hand over in %.0f ns", handOver));
  }

  static Limits parse(String line) {
    String[] cells = line.split(",");
    return new Limits(
        cells[0],
        cells[1],
        Integer.parseInt(cells[2]),
        Double.parseDouble(cells[3]),
        Double.parseDouble(cells[4]),
        Double.parseDouble(cells[5]));
  }
}
