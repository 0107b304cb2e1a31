package io.github.lrfbench.harness.compress.lowrank.projection;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.calibrate.ExampleSplit;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The method {@code espace}: W x becomes W P (Pᵀ x), inputs being projected on the leading
 * eigenvectors of one of several matrices (Sakr and Khailany 2024, "ESPACE: Dimensionality
 * Reduction of Activations for Model Compression").
 *
 * <p>Options: {@code candidate}: of which matrix; {@code best} tries all on held-out training
 * examples, each in the otherwise dense model at half the parameters, and takes for every slot the
 * one with the smallest loss, but MSE's where none is better by two standard errors. {@code
 * examples}: how many are held out for that.
 */
public final class EspaceCompressor extends LowRankMethod {
  private static final String CANDIDATE = "candidate";
  private static final String BEST = "best";
  private static final String EXAMPLES = "examples";
  private static final double TRIED_KEEP = 0.5;

  /**
   * By how many standard errors a projection must be better than MSE's. Of seven, one often seems
   * to be by chance; such choices add up to a model that is far worse.
   */
  private static final double BEYOND_CHANCE = 2;

  @Override
  public MethodInfo info() {
    String[] candidates =
        Stream.concat(Stream.of(BEST), Stream.of(Candidate.values()).map(Candidate::label))
            .toArray(String[]::new);
    return new MethodInfo(
        "espace",
        "projection of the inputs on leading eigenvectors, the kind chosen on held-out examples",
        "Sakr and Khailany 2024",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS, Need.GRADIENTS),
        "drone where W'W is a multiple of the identity and candidate=mse",
        options(
            MethodOption.choice(CANDIDATE, candidates),
            MethodOption.count(EXAMPLES, 64, ExampleSplit.LEAST, 100_000),
            tokens()));
  }

  @Override
  public boolean triesInModel(MethodOptions options) {
    return super.triesInModel(options) || options.is(CANDIDATE, BEST);
  }

  @Override
  public int heldOut(MethodOptions options) {
    return options.is(CANDIDATE, BEST) ? options.count(EXAMPLES) : super.heldOut(options);
  }

  /** To choose among all kinds takes many passes over the examples. */
  @Override
  protected boolean isSlow(MethodOptions options) {
    return options.is(CANDIDATE, BEST);
  }

  @Override
  protected List<InputProjection> decompose(DecompositionRequest request) {
    String asked = request.options().text(CANDIDATE);
    List<Target> targets = request.targets();
    if (asked.equals(BEST)) {
      collect(request, List.of(Candidate.values()));
      return targets.stream().map(target -> best(target, request)).toList();
    }
    Candidate candidate = Candidate.parse(asked);
    collect(request, List.of(candidate));
    InputProjection[] projections = new InputProjection[targets.size()];
    request
        .device()
        .forEach(
            projections.length, i -> projections[i] = fixed(targets.get(i), candidate, request));
    return List.of(projections);
  }

  /** Has the statistics there before several workers ask for them. */
  private static void collect(DecompositionRequest request, List<Candidate> candidates) {
    request.targets().forEach(target -> request.statistics().moments(target.slot()));
    if (candidates.stream().anyMatch(Candidate::needsGradients)) {
      request.statistics().calibrator().gradients();
    }
  }

  /** The projection of a kind; of one that only stands for the outputs' error MSE's if better. */
  private static InputProjection fixed(
      Target target, Candidate candidate, DecompositionRequest request) {
    try (Scope scratch = request.device().openScope()) {
      Matrix w = Matrices.toDouble(SlotMatrix.of(target.slot(), scratch), scratch);
      Matrix gram = request.statistics().moments(target.slot()).gram();
      InputProjection own = project(target, candidate, w, request, request.scope());
      if (!candidate.isSurrogateOfOutput()) {
        return own;
      }
      InputProjection mse = project(target, Candidate.MSE, w, request, request.scope());
      int rank = tried(target);
      return own.outputError(w, gram, rank) <= mse.outputError(w, gram, rank) ? own : mse;
    }
  }

  private static InputProjection project(
      Target target, Candidate candidate, Matrix w, DecompositionRequest request, Scope scope) {
    LinearSlot slot = target.slot();
    Moments moments = request.statistics().moments(slot);
    Calibrator calibrator = request.statistics().calibrator();
    try (Scope scratch = request.device().openScope()) {
      Matrix symmetric =
          candidate.matrix(w, moments, () -> calibrator.gradients().of(slot.name()), scratch);
      return InputProjection.of(
          w,
          symmetric,
          moments.gram(),
          target.rank(),
          target.wholeSpectrum(),
          "projected by " + candidate.label(),
          scope);
    }
  }

  private static InputProjection best(Target target, DecompositionRequest request) {
    Calibrator calibrator = request.statistics().calibrator();
    TrainingSet examples = calibrator.heldOut(request.options().count(EXAMPLES));
    Candidate[] candidates = Candidate.values();
    InputProjection[] projections = new InputProjection[candidates.length];
    try (Scope scratch = request.device().openScope()) {
      Matrix w = Matrices.toDouble(SlotMatrix.of(target.slot(), scratch), scratch);
      request
          .device()
          .forEach(
              projections.length,
              i -> projections[i] = project(target, candidates[i], w, request, scratch));
      InputProjection best = projections[Candidate.MSE.ordinal()];
      double[] ofMse = losses(target, best, calibrator.model(), examples);
      double smallest = ExampleLosses.mean(ofMse);
      for (Candidate candidate : candidates) {
        InputProjection projection = projections[candidate.ordinal()];
        if (candidate != Candidate.MSE) {
          double[] losses = losses(target, projection, calibrator.model(), examples);
          double mean = ExampleLosses.mean(losses);
          if (mean < smallest && ExampleLosses.fell(ofMse, losses, BEYOND_CHANCE)) {
            best = projection;
            smallest = mean;
          }
        }
      }
      return best.copy(request.scope());
    }
  }

  private static int tried(Target target) {
    Linear linear = target.slot().linear();
    OperatingPoints points = RankPoints.of(linear.outputs(), linear.inputs());
    return Math.min(target.rank(), points.get(new Budget.Keep(TRIED_KEEP).choose(points)).rank());
  }

  /** What the model loses on every example if this one input is projected. */
  private static double[] losses(
      Target target, LowRankFactorization projection, Model dense, TrainingSet examples) {
    try (Scope scratch = dense.device().openScope()) {
      LowRankFactors wide = projection.cut(tried(target), scratch).factors();
      LowRankFactors stored =
          new LowRankFactors(
              Matrices.copy(wide.down(), DType.F32, scratch),
              Matrices.copy(wide.up(), DType.F32, scratch));
      LinearSlot slot = target.slot();
      Linear replacement = new LowRankLinear(stored, slot.linear().bias());
      try (Model model = dense.with(Map.of(slot.name(), replacement))) {
        return ExampleLosses.of(model, examples);
      }
    }
  }
}
