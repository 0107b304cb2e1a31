package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.lowrank.PlainSvd;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.PlacedOutputs;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The method {@code losparse}: W = U V + S, exactly at first, of which S loses output neurons while
 * all weights of the model are trained (Li et al. 2023). What is left of S at the end are whole
 * rows.
 */
public final class LosparseCompressor extends PruningMethod {
  private static final String NAME = "losparse";
  private static final String LOW_RANK = "lowrank";
  private static final String BETA = "beta";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        NAME,
        "two factors and what they leave over, of which training leaves some outputs",
        "Li et al. 2023",
        Set.of(Need.WEIGHTS, Need.TRAINING),
        "",
        Stream.concat(
                Stream.of(MethodOption.number(LOW_RANK, 0.05, 0.001, 0.999)),
                PruningTraining.options(9e-5, 0.05, 0.2, MethodOption.number(BETA, 0.85, 0, 0.9999))
                    .stream())
            .toList());
  }

  /** r = ⌈ρ m n / (m + n)⌉. */
  static int rank(int rows, int cols, double share) {
    return (int) Math.ceil(share * rows * cols / (rows + cols));
  }

  /** What a matrix takes of which no row of S is kept. */
  private static OperatingPoints point(LinearSlot slot, double share) {
    int rows = slot.linear().outputs();
    int cols = slot.linear().inputs();
    int rank = rank(rows, cols, share);
    long numbers = rank * (rows + (long) cols);
    long bits = OperatingPoints.DENSE_BITS * numbers + (long) PlacedOutputs.OUTPUT_BITS * rows;
    Point point = new Point(numbers, bits, Double.NaN, 0, "r=" + rank);
    return new OperatingPoints(rows, cols, Double.NaN, List.of(point));
  }

  @Override
  OperatingPoints point(LinearSlot slot, Budget budget, MethodOptions options) {
    return point(slot, options.number(LOW_RANK));
  }

  @Override
  String savesNothing() {
    return "its factors save nothing";
  }

  /** The share of all S together that the budget leaves room for. */
  private static double share(Budget budget, List<LinearSlot> slots, double low) {
    double room = 0;
    double all = 0;
    for (LinearSlot slot : slots) {
      OperatingPoints point = point(slot, low);
      room += budget.allowance(point) - budget.unit().of(point.get(0));
      all += budget.unit().ofMatrix(point);
    }
    if (!(room > 0)) {
      throw new InputException(
          "--method losparse: the factors take all that --"
              + budget.kind()
              + " allows; lower its option "
              + LOW_RANK);
    }
    return room / all;
  }

  @Override
  Model train(
      PruningTraining training,
      List<LinearSlot> slots,
      Budget budget,
      Map<String, String> parameters) {
    CompressionRequest request = training.request();
    double share = share(budget, slots, request.options().number(LOW_RANK));
    parameters.put("kept_of_s", String.format(Locale.ROOT, "%.6f", share));
    try (Scope scratch = request.scope().device().openScope();
        Model copy = copy(request, slots, scratch)) {
      List<LinearSlot> own = PruningTraining.same(copy, slots);
      NeuronMasks masks =
          new NeuronMasks(
              copy.device(),
              residuals(own),
              training.schedule(share),
              training.window(),
              request.options().number(BETA));
      training.run(copy, masks);
      Map<String, Linear> rows = new HashMap<>();
      for (int i = 0; i < own.size(); i++) {
        Sum sum = (Sum) own.get(i).linear();
        rows.put(own.get(i).name(), withRows(sum, masks.kept().get(i), scratch));
      }
      try (Model cut = copy.with(rows)) {
        return cut.copy();
      }
    }
  }

  /** A copy of the model in which matrices are two factors and what these leave over. */
  private static Model copy(CompressionRequest request, List<LinearSlot> slots, Scope scratch) {
    Map<String, Linear> sums = new HashMap<>();
    double low = request.options().number(LOW_RANK);
    for (LinearSlot slot : slots) {
      int rank = rank(slot.linear().outputs(), slot.linear().inputs(), low);
      sums.put(slot.name(), sum(request, slot, rank, scratch));
    }
    try (Model replaced = request.model().with(sums)) {
      return replaced.copy();
    }
  }

  /** U V + S, which is W. */
  static Sum sum(CompressionRequest request, LinearSlot slot, int rank, Scope owner) {
    try (Scope scratch = owner.device().openScope()) {
      LowRankLinear factors =
          new LowRankLinear(
                  PlainSvd.of(request.cache(), slot, rank, false).cut(rank, scratch).factors(),
                  slot.linear().bias())
              .copyTo(owner, DType.F32);
      Matrix left = MatrixErrors.difference(slot, factors, scratch);
      Matrix weight = Matrix.of(owner.allocate(DType.F32, left.cols(), left.rows()));
      owner.device().blas().transpose(left, weight);
      return new Sum(factors, new DenseLinear(weight, null));
    }
  }

  /** Sᵀ of every slot. */
  private static List<Parameter> residuals(List<LinearSlot> slots) {
    return slots.stream()
        .map(
            slot ->
                new Parameter(
                    slot.name(), ((Sum) slot.linear()).second().dense(), Storage.TRANSPOSED))
        .toList();
  }

  /** The same map with the rows of S that are kept, and no others. */
  static Linear withRows(Sum sum, boolean[] kept, Scope scope) {
    int count = 0;
    for (boolean own : kept) {
      count += own ? 1 : 0;
    }
    if (count == 0) {
      return sum.first();
    }
    if (count == kept.length) {
      return sum;
    }
    try (Scope scratch = scope.device().openScope()) {
      Matrix s = Matrix.of(scratch.allocate(DType.F32, sum.outputs(), sum.inputs()));
      sum.second().materialize(scope.device(), s);
      return new Sum(sum.first(), Pattern.OUTPUTS.form(s, kept, 1, scope));
    }
  }
}
