package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.harness.sweep.MemoryNeed.Step;
import io.github.lrfbench.kernels.Device;
import java.util.ArrayList;
import java.util.List;

/**
 * How much memory the cells of a sweep need, as far as it can be compared.
 *
 * <p>Sizes are the shape that is timed, and the kept fraction of a method whose matrices keep that
 * fraction each. A rank, a share of energy or another allocation is none: a matrix stays dense
 * where its factors would save nothing, and then shares the dense model's memory. All else must be
 * the same, as far as {@link SweepSetting} says.
 */
final class MemoryNeeds {
  private static final int HASH_LENGTH = 16;

  private final SweepConfig config;
  private final Device device;
  private final int seqLen;

  /**
   * Needs on a device.
   *
   * @param seqLen tokens of a sequence that is timed
   */
  MemoryNeeds(SweepConfig config, Device device, int seqLen) {
    this.config = config;
    this.device = device;
    this.seqLen = seqLen;
  }

  /** Of one step of a cell. */
  MemoryNeed of(Cell cell, Step step) {
    CellContext context =
        new CellContext(cell, config, seqLen, "", device.name(), device.threads(), step);
    boolean timed = step == Step.TIME;
    // Every model is timed in the throughput shape, too.
    int batch = Math.max(config.batchSize(), LatencyProbe.THROUGHPUT_BATCH);
    return new MemoryNeed(
        step,
        TextFile.sha256(SweepSetting.memoryKey(context)).substring(0, HASH_LENGTH),
        context.keepIsSize() ? cell.variant().budget().value() : 0,
        timed ? batch : 0,
        timed ? seqLen : 0);
  }

  /**
   * Of all that running a cell takes: of a compressed model also the dense one, which is loaded
   * first, timed in turns with it, and scored on the same examples.
   */
  List<MemoryNeed> of(Cell cell) {
    List<MemoryNeed> needs = new ArrayList<>();
    for (Step step : Step.values()) {
      needs.add(of(cell, step));
    }
    if (!cell.variant().isDense()) {
      Cell dense = cell.with(Variant.dense(cell.variant().seed()));
      for (Step step : Step.values()) {
        needs.add(of(dense, step));
      }
    }
    return needs;
  }
}
