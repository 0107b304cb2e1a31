package io.github.lrfbench.harness.kernelsuite;

import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import java.util.List;
import java.util.function.Consumer;

/** Times the kernels of a device and hands on one table row after the other. */
public final class KernelSuite {
  private final Device device;
  private final KernelSuiteConfig config;
  private final Clock clock;
  private final DType dtype;
  private final String dtypeName;

  /** A suite on a device, in fp32. */
  public KernelSuite(Device device, KernelSuiteConfig config, Clock clock) {
    this(device, config, clock, DType.F32, "fp32");
  }

  /**
   * A suite on a device.
   *
   * @param dtype of the products; decompositions are in F32
   * @param dtypeName what the user calls it
   */
  public KernelSuite(
      Device device, KernelSuiteConfig config, Clock clock, DType dtype, String dtypeName) {
    this.device = device;
    this.config = config;
    this.clock = clock;
    this.dtype = dtype;
    this.dtypeName = dtypeName;
  }

  /**
   * Runs everything.
   *
   * @param table receives the rows
   * @param progress receives a line before each group of measurements
   */
  public void run(Consumer<KernelRow> table, Consumer<String> progress) {
    Groups groups = new Groups(progress);
    KernelRow.Builder template = template();
    MatmulTimings matmul =
        new MatmulTimings(device, config, dtype, new Interleaved(config.matmulRule(), clock));
    groups.next();
    MatmulTimings.Peak peak = matmul.measurePeak(template);
    table.accept(peak.row());
    for (MatrixShape shape : config.shapes()) {
      for (int rows : config.batchRows()) {
        groups.next();
        matmul.measure(shape, rows, peak.gigaFlops(), template).forEach(table);
      }
    }
    for (MatrixShape shape : config.shapes()) {
      runSvd(shape, groups, template, table);
    }
    groups.next();
    new OtherTimings(device, dtype, new Interleaved(config.matmulRule(), clock))
        .measure(template)
        .forEach(table);
  }

  private void runSvd(
      MatrixShape shape, Groups groups, KernelRow.Builder template, Consumer<KernelRow> table) {
    List<Integer> ranks = config.ranksOf(shape);
    Interleaved stopwatch = new Interleaved(config.svdRule(), clock);
    try (SvdTimings svd = new SvdTimings(device, config, stopwatch, shape)) {
      for (int rank : ranks) {
        groups.next();
        boolean last = rank == ranks.get(ranks.size() - 1);
        KernelRow.Builder full = template.copy().set(KernelColumns.DTYPE, "fp32");
        svd.measure(rank, last, full).forEach(table);
      }
    }
  }

  private KernelRow.Builder template() {
    return KernelRow.builder()
        .set(KernelColumns.DEVICE, device.id())
        .set(KernelColumns.DEVICE_NAME, device.name())
        .set(KernelColumns.DTYPE, dtypeName)
        .set(KernelColumns.THREADS, device.threads())
        .set(KernelColumns.SEED, config.seed());
  }

  /** Numbers the groups of measurements. */
  private final class Groups {
    private final Consumer<String> progress;
    private final List<String> all = config.groups();
    private int begun;

    Groups(Consumer<String> progress) {
      this.progress = progress;
    }

    void next() {
      String group = all.get(begun);
      begun++;
      progress.accept("[" + begun + "/" + all.size() + "] " + group);
    }
  }
}
