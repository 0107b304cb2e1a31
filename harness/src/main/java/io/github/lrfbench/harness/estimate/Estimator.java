package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.compress.SlotSelection;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.EstimateColumns;
import io.github.lrfbench.harness.result.EstimateRow;
import io.github.lrfbench.harness.sweep.CallShape;
import io.github.lrfbench.harness.sweep.LatencyKind;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Estimates of one model on one device. */
final class Estimator {
  private final String name;
  private final Model dense;
  private final DeviceFigures figures;

  /**
   * Estimates.
   *
   * @param name what the user calls the model
   * @param dense on a device of shapes
   */
  Estimator(String name, Model dense, DeviceFigures figures) {
    this.name = name;
    this.dense = dense;
    this.figures = figures;
  }

  Model dense() {
    return dense;
  }

  DeviceFigures figures() {
    return figures;
  }

  /** The row of a compressed model in batches of a size. */
  EstimateRow.Builder row(ShapeCompression compression, CallShape shape, int batch) {
    PassEstimate whole = PassEstimate.of(shape, dense, batch, figures);
    Model model = compression.apply(dense);
    try {
      PassEstimate pass = PassEstimate.of(shape, model, batch, figures);
      EstimateRow.Builder row =
          template(EstimateRow.MODEL, shape, batch)
              .set(EstimateColumns.METHOD, compression.method().text())
              .set(EstimateColumns.PARAMS, model.parameters())
              .set(EstimateColumns.PARAMS_RATIO, (double) model.parameters() / dense.parameters())
              .set(EstimateColumns.BYTES, model.bytes())
              .set(EstimateColumns.FLOPS_PER_EXAMPLE, model.flops(shape.seqLen()))
              .set(EstimateColumns.FLOPS_TIMED, pass.flops())
              .set(EstimateColumns.OPERATIONS, pass.operations())
              .set(EstimateColumns.ESTIMATED_MS, pass.millis())
              .set(EstimateColumns.ESTIMATED_SPEEDUP, whole.millis() / pass.millis())
              .set(EstimateColumns.MEMORY_SHARE, pass.memory() / pass.millis())
              .set(EstimateColumns.LAUNCH_SHARE, pass.launch() / pass.millis());
      if (!compression.isDense()) {
        row.set(EstimateColumns.BUDGET_KIND, compression.budget().kind())
            .set(EstimateColumns.BUDGET, compression.budget().value());
      }
      return row;
    } finally {
      if (model != dense) {
        model.close();
      }
    }
  }

  /** The rows of every shape of the selected matrices, and of all together. */
  List<EstimateRow> breakEvens(List<String> layers, CallShape shape, int batch) {
    List<LinearSlot> slots = SlotSelection.select(dense.slots(), layers);
    long tokens = shape.kind() == LatencyKind.DECODE ? batch : (long) batch * shape.seqLen();
    record Size(int rows, int cols) {}
    Set<Size> sizes = new LinkedHashSet<>();
    slots.forEach(slot -> sizes.add(new Size(slot.linear().outputs(), slot.linear().inputs())));
    List<EstimateRow> rows = new ArrayList<>();
    for (Size size : sizes) {
      int rank =
          BreakEvenRank.ofMatrix(
              size.rows, size.cols, tokens, figures.precision().storage(), figures);
      rows.add(
          template(EstimateRow.BREAK_EVEN, shape, batch)
              .set(EstimateColumns.ROWS, size.rows)
              .set(EstimateColumns.COLS, size.cols)
              .set(EstimateColumns.BREAK_EVEN_RANK, LowRankCost.breakEvenRank(size.rows, size.cols))
              .set(EstimateColumns.ESTIMATED_BREAK_EVEN_RANK, rank)
              .build());
    }
    rows.add(
        template(EstimateRow.BREAK_EVEN, shape, batch)
            .set(EstimateColumns.BREAK_EVEN_RANK, BreakEvenRank.ofParameters(slots))
            .set(
                EstimateColumns.ESTIMATED_BREAK_EVEN_RANK,
                BreakEvenRank.ofModel(dense, slots, shape, batch, figures))
            .build());
    return rows;
  }

  private EstimateRow.Builder template(String estimate, CallShape shape, int batch) {
    return EstimateRow.builder()
        .set(EstimateColumns.ESTIMATE, estimate)
        .set(EstimateColumns.MODEL, name)
        .set(EstimateColumns.FIGURES, figures.name())
        .set(EstimateColumns.FIGURES_SOURCE, figures.source().name().toLowerCase(Locale.ROOT))
        .set(EstimateColumns.DTYPE, figures.precision().label())
        .set(EstimateColumns.PEAK_GFLOPS, figures.peak())
        .set(EstimateColumns.OTHER_GFLOPS, figures.other())
        .set(EstimateColumns.BANDWIDTH_GBS, figures.bandwidth())
        .set(EstimateColumns.LAUNCH_US, figures.launch())
        .set(EstimateColumns.LATENCY_KIND, shape.kind().label())
        .set(EstimateColumns.BATCH_SIZE, batch)
        .set(EstimateColumns.SEQ_LEN, shape.seqLen());
  }
}
