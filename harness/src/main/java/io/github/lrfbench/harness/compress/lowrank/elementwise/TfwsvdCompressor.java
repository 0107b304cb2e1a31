package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.calibrate.Fisher;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.elementwise.ExpectationMaximization.Acceleration;
import io.github.lrfbench.harness.compress.lowrank.elementwise.RowSolver.Damping;
import io.github.lrfbench.harness.compress.lowrank.spectral.FwsvdCompressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code tfwsvd}: every element of W counts by its own Fisher information, Σ F (W − Ŵ)²,
 * which is minimized by iteration (Hua et al. 2022, "Numerical optimizations for weighted low-rank
 * estimation on language models"). Matrices whose Fisher information varies little are left to
 * FWSVD, of which nothing is lost there.
 *
 * <p>Options: {@code optimizer}, its {@code steps} (0 for its own number), {@code floor}: η of the
 * weights, {@code select=high} for the matrices whose variation is at least the median.
 */
public final class TfwsvdCompressor extends LowRankMethod {
  private static final double DAMPING = 1e-6;
  private static final double TOLERANCE = 1e-6;
  private static final int SWEEPS = 3;
  private static final int ADAM_STEPS = 200;
  private static final double ADAM_RATE = 0.02;
  private static final int EM_STEPS = 50;

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "tfwsvd",
        "low-rank factors weighted by the Fisher information of every element",
        "Hua et al. 2022",
        Set.of(Need.WEIGHTS, Need.FISHER),
        "fwsvd where the Fisher information of all outputs is alike",
        options(
            MethodOption.choice("optimizer", "lbfgs", "als", "adam", "em").movedStandard(),
            MethodOption.count("steps", 0, 0, 100_000),
            MethodOption.number("floor", 0.01, 0, 1),
            MethodOption.choice("select", "high", "all")));
  }

  /** Ranks are solved one by one. */
  @Override
  public boolean nests(MethodOptions options) {
    return false;
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    Fisher fisher = request.statistics().fisher();
    List<LowRankFactorization> byInputs = FwsvdCompressor.byInputs(request);
    MethodOptions options = request.options();
    double least = options.is("select", "all") ? 0 : median(fisher);
    ElementWeights weights = new ElementWeights(1, options.number("floor"));
    List<LowRankFactorization> decompositions = new ArrayList<>();
    for (int i = 0; i < byInputs.size(); i++) {
      LinearSlot slot = request.targets().get(i).slot();
      boolean varied = ElementWeights.variation(fisher.of(slot.name())) >= least;
      decompositions.add(
          varied
              ? new WeightedFactorization(
                  slot,
                  fisher,
                  weights,
                  byInputs.get(i),
                  optimizer(options),
                  options.text("optimizer"))
              : byInputs.get(i));
    }
    return decompositions;
  }

  private static double median(Fisher fisher) {
    List<Double> variations = new ArrayList<>();
    for (String slot : fisher.slots()) {
      Matrix f = fisher.of(slot);
      variations.add(ElementWeights.variation(f));
    }
    double[] sorted = variations.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  static Optimizer optimizer(MethodOptions options) {
    int given = options.count("steps");
    return switch (options.text("optimizer")) {
      case "lbfgs" -> QuasiNewton.of(given);
      case "als" ->
          new AlternatingLeastSquares(
              new Effort(given == 0 ? SWEEPS : given, TOLERANCE), new Damping(DAMPING, 0));
      case "adam" -> new AdamDescent(given == 0 ? ADAM_STEPS : given, ADAM_RATE);
      default ->
          new ExpectationMaximization(
              new Effort(given == 0 ? EM_STEPS : given, TOLERANCE), Acceleration.NONE);
    };
  }

  @Override
  protected Map<String, String> constants() {
    return Map.of("split", "sqrt");
  }
}
