package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.EstimateColumns;
import io.github.lrfbench.harness.result.EstimateRow;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.sweep.CallShape;
import io.github.lrfbench.harness.sweep.LatencyKind;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Measured rows beside estimates of the same. A row counts where the estimate of its model, method,
 * budget and shape has exactly its parameters and operations, so that the same is compared whatever
 * files are called.
 */
final class MeasuredCells {
  private static final double MILLIS = 1e3;
  private static final List<Column<? extends Number>> TIMED =
      List.of(TimeColumns.LATENCY_MS_P50, TimeColumns.BATCH_SIZE, TimeColumns.SEQ_LEN);

  private final Estimator estimator;
  private final List<EstimateRow> compared = new ArrayList<>();
  private final Map<String, Integer> leftOut = new TreeMap<>();

  MeasuredCells(Estimator estimator) {
    this.estimator = estimator;
  }

  /** The rows that were compared: of latency, and where it was measured of throughput. */
  List<EstimateRow> compared() {
    return compared;
  }

  /** Why others were not, and how many. */
  Map<String, Integer> leftOut() {
    return leftOut;
  }

  void add(RunRow row) {
    String reason = reasonAgainst(row);
    if (reason == null) {
      reason = compare(row);
    }
    if (reason != null) {
      leftOut.merge(reason, 1, Integer::sum);
    }
  }

  private String reasonAgainst(RunRow row) {
    DeviceFigures figures = estimator.figures();
    Long threads = row.get(MachineColumns.THREADS);
    boolean timed =
        TIMED.stream().allMatch(column -> row.get(column) != null)
            && row.get(RunColumns.METHOD) != null;
    if (row.failed() || row.ofPeer() || !timed) {
      return "no times of ours";
    }
    if (!Objects.equals(row.get(SizeColumns.PARAMS_DENSE), estimator.dense().parameters())) {
      return "another model";
    }
    if (!figures.precision().label().equals(row.get(MachineColumns.DTYPE))) {
      return "another dtype";
    }
    String device = row.get(MachineColumns.DEVICE_NAME);
    if (device != null && !figures.isOf(device)) {
      return "another device";
    }
    if (figures.threads() > 0 && threads != null && threads != figures.threads()) {
      return "other threads";
    }
    return null;
  }

  /** Says why not. */
  private String compare(RunRow row) {
    try {
      ShapeCompression compression = compression(row);
      String label = row.get(TimeColumns.LATENCY_KIND);
      LatencyKind kind = label == null ? LatencyKind.FORWARD : LatencyKind.parse(label);
      int seqLen = Math.toIntExact(row.get(TimeColumns.SEQ_LEN));
      CallShape shape = CallShape.of(kind, seqLen, estimator.dense().info());
      Long batch = row.get(TimeColumns.BATCH_SIZE);
      EstimateRow.Builder latency = estimator.row(compression, shape, Math.toIntExact(batch));
      if (!agrees(latency.build(), row)) {
        return "other parameters or operations";
      }
      compared.add(
          beside(latency, row, row.get(TimeColumns.LATENCY_MS_P50), row.get(TimeColumns.SPEEDUP)));
      Long large = row.get(TimeColumns.THROUGHPUT_BATCH);
      Double perSecond = row.get(TimeColumns.THROUGHPUT_EPS);
      if (large != null && perSecond != null && !large.equals(batch)) {
        Double dense = row.get(TimeColumns.THROUGHPUT_EPS_DENSE);
        compared.add(
            beside(
                estimator.row(compression, shape, Math.toIntExact(large)),
                row,
                large * MILLIS / perSecond,
                dense == null ? null : perSecond / dense));
      }
      return null;
    } catch (InputException e) {
      return "shapes alone do not say what it stores";
    }
  }

  private static ShapeCompression compression(RunRow row) {
    MethodChain method = MethodChain.parse(row.get(RunColumns.METHOD));
    if (method.isDense()) {
      return ShapeCompression.DENSE;
    }
    String policy = row.get(RunColumns.ALLOCATE);
    Long multiple = row.get(RunColumns.ROUND_TO);
    Allocation allocation =
        Allocation.parse(
            policy == null ? "uniform" : policy, multiple == null ? 1 : Math.toIntExact(multiple));
    return new ShapeCompression(method, budget(row), allocation, layers(row));
  }

  private static Budget budget(RunRow row) {
    String kind = row.get(RunColumns.BUDGET_KIND);
    Double value = row.get(RunColumns.BUDGET);
    if (kind == null || value == null) {
      throw new InputException("a row of a method without a budget");
    }
    return switch (kind) {
      case "keep" -> new Budget.Keep(value);
      case "bits" -> new Budget.Bits(value);
      case "rank" -> new Budget.Rank(value.intValue());
      default -> throw new InputException("--" + kind + " is not by shapes alone");
    };
  }

  private static List<String> layers(RunRow row) {
    Map<String, Object> extra = row.get(RunColumns.EXTRA);
    return extra != null && extra.get("layers") instanceof List<?> globs
        ? globs.stream().map(Object::toString).toList()
        : List.of();
  }

  private static boolean agrees(EstimateRow estimate, RunRow row) {
    return Objects.equals(estimate.get(EstimateColumns.PARAMS), row.get(SizeColumns.PARAMS))
        && Objects.equals(
            estimate.get(EstimateColumns.FLOPS_PER_EXAMPLE),
            row.get(SizeColumns.FLOPS_PER_EXAMPLE));
  }

  private static EstimateRow beside(
      EstimateRow.Builder estimate, RunRow row, double millis, Double speedup) {
    double estimated = estimate.build().get(EstimateColumns.ESTIMATED_MS);
    return estimate
        .set(EstimateColumns.ESTIMATE, EstimateRow.MEASURED)
        .set(EstimateColumns.CELL_ID, row.get(RunColumns.CELL_ID))
        .set(EstimateColumns.MEASURED_MS, millis)
        .set(EstimateColumns.MEASURED_SPEEDUP, speedup)
        .set(EstimateColumns.ESTIMATED_OVER_MEASURED, estimated / millis)
        .build();
  }
}
