package io.github.lrfbench.benchmarks.regress;

/**
 * What {@link MachineLimits} printed.
 *
 * @param processor its name
 * @param kernel the processor that OpenBLAS takes it for
 * @param threads that worked
 * @param gigaFlops of a large product, GFLOP/s
 * @param bandwidth of reading, GB/s
 */
record Limits(String processor, String kernel, int threads, double gigaFlops, double bandwidth) {
  static Limits parse(String line) {
    String[] cells = line.split(",");
    return new Limits(
        cells[0],
        cells[1],
        Integer.parseInt(cells[2]),
        Double.parseDouble(cells[3]),
        Double.parseDouble(cells[4]));
  }
}
