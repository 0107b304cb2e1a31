package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.harness.calibrate.Fisher;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.elementwise.ExpectationMaximization.Acceleration;
import io.github.lrfbench.harness.compress.lowrank.spectral.FwsvdCompressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code wlra}: weighted low-rank approximation by the algorithms of Srebro and Jaakkola
 * 2003, the weights of a matrix's elements being their Fisher information, cut at its 99.9 %
 * quantile: expectation maximization, plain or accelerated (Nesterov, Anderson), and conjugate
 * gradients on one factor, the other being eliminated. The standard is a quasi-Newton method on
 * both factors, which ends lowest.
 *
 * <p>Options: {@code optimizer}, its {@code steps} (0 for its own number), {@code floor}: η of the
 * weights.
 */
public final class WlraCompressor extends LowRankMethod {
  private static final double QUANTILE = 0.999;
  private static final double TOLERANCE = 1e-6;
  private static final int EM_STEPS = 30;
  private static final int CG_STEPS = 5;

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "wlra",
        "weighted low-rank approximation, by the Fisher information of every element",
        "Srebro and Jaakkola 2003",
        Set.of(Need.WEIGHTS, Need.FISHER),
        "svd where all weights are alike; tfwsvd minimizes the same but for the cut of the weights",
        options(
            MethodOption.choice("optimizer", "lbfgs", "anderson", "nesterov", "em", "cg")
                .movedStandard(),
            MethodOption.count("steps", 0, 0, 100_000),
            MethodOption.number("floor", 0.01, 0, 1)));
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
    ElementWeights weights = new ElementWeights(QUANTILE, options.number("floor"));
    List<LowRankFactorization> decompositions = new ArrayList<>();
    for (int i = 0; i < byInputs.size(); i++) {
      LinearSlot slot = request.targets().get(i).slot();
      decompositions.add(
          new WeightedFactorization(
              slot,
              fisher,
              weights,
              byInputs.get(i),
              optimizer(options),
              options.text("optimizer")));
    }
    return decompositions;
  }

  static Optimizer optimizer(MethodOptions options) {
    int given = options.count("steps");
    Effort em = new Effort(given == 0 ? EM_STEPS : given, TOLERANCE);
    return switch (options.text("optimizer")) {
      case "lbfgs" -> QuasiNewton.of(given);
      case "anderson" -> new ExpectationMaximization(em, Acceleration.ANDERSON);
      case "nesterov" -> new ExpectationMaximization(em, Acceleration.NESTEROV);
      case "em" -> new ExpectationMaximization(em, Acceleration.NONE);
      default -> new EliminatedDescent(new Effort(given == 0 ? CG_STEPS : given, TOLERANCE));
    };
  }

  @Override
  protected Map<String, String> constants() {
    return Map.of("split", "sqrt");
  }
}
