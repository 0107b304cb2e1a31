package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.matrix.ColumnSweep;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The method {@code prune}: elements, outputs or inputs of a matrix that count least by a score are
 * left out. In the basis of single elements it is what a truncated SVD is in that of singular
 * vectors: the best approximation by so many terms.
 */
public final class PruneCompressor extends MatrixMethod {
  static final String SCORE = "score";
  static final String RANDOM = "random";
  static final String GRADIENT = "gradient";
  static final String WANDA = "wanda";
  static final String PATTERN = "pattern";
  static final String KEEP = "keep";
  static final String BUDGET = "budget";
  static final String RESCALE = "rescale";
  private static final String SPARSE_GPT = "sparsegpt";
  private static final String SCOPE = "scope";
  private static final String OWN = "own";
  private static final String ROW = "row";
  private static final String MODEL = "model";
  private static final String DAMPING = "damping";
  private static final String USUAL_DAMPING = "0.01";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "prune",
        "elements, outputs or inputs that count least by a score are left out",
        "Han et al. 2015; Sun et al. 2023; Frantar and Alistarh 2023",
        Set.of(Need.WEIGHTS),
        "",
        options(
            MethodOption.choice(SCORE, "magnitude", RANDOM, GRADIENT, WANDA, SPARSE_GPT),
            MethodOption.choice(PATTERN, Pattern.words()),
            MethodOption.choice(SCOPE, OWN, "matrix", ROW, MODEL),
            MethodOption.number(KEEP, 1, 0, 1).orWord(BUDGET, BUDGET),
            MethodOption.flag(RESCALE, false),
            MethodOption.seed(),
            MethodOption.number(DAMPING, Double.parseDouble(USUAL_DAMPING), 0, 1),
            tokens()));
  }

  @Override
  public Takes takes() {
    return Takes.LEAVES;
  }

  @Override
  public boolean allocates(Policy policy, MethodOptions options) {
    return !options.is(SCOPE, MODEL);
  }

  @Override
  public boolean hasOwnSize(MethodOptions options) {
    return !options.is(KEEP, BUDGET);
  }

  @Override
  protected Set<Need> factorizationNeeds(MethodOptions options) {
    Set<Need> needs = EnumSet.of(Need.WEIGHTS);
    if (options.is(SCORE, GRADIENT)) {
      needs.add(Need.FISHER);
    } else if (options.is(SCORE, WANDA) || options.is(SCORE, SPARSE_GPT)) {
      needs.add(Need.ACTIVATIONS);
    }
    return needs;
  }

  /** Whether elements are ranked within their row. */
  static boolean isByRow(MethodOptions options) {
    return options.is(SCOPE, ROW) || options.is(SCOPE, OWN) && options.is(SCORE, WANDA);
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    Pattern pattern = Pattern.of(options.text(PATTERN));
    boolean own = options.is(SCOPE, OWN);
    refuse(options.is(KEEP, "0"), "keep must be more than 0");
    refuse(
        pattern == Pattern.TWO_OF_FOUR && !own,
        "pattern=2of4 ranks elements among four; leave out scope");
    refuse(
        pattern == Pattern.TWO_OF_FOUR && hasOwnSize(options),
        "pattern=2of4 keeps a half; leave out keep");
    refuse(!pattern.isOfElements() && options.is(SCOPE, ROW), "scope=row is for pattern=entries");
    if (options.is(SCORE, SPARSE_GPT)) {
      refuse(
          !pattern.isOfElements(), "score=sparsegpt leaves out elements: pattern=entries or 2of4");
      refuse(
          options.is(SCOPE, MODEL), "score=sparsegpt takes one matrix at a time, no scope=model");
      refuse(options.flag(RESCALE), "rescale is not for score=sparsegpt, which adapts weights");
    } else {
      refuse(!options.is(DAMPING, USUAL_DAMPING), "damping is for score=sparsegpt");
    }
    refuse(!options.is(SCORE, RANDOM) && options.hasSeed(), "seed is for score=random");
    refuse(
        options.is("tokens", "reached") && !factorizationNeeds(options).contains(Need.ACTIVATIONS),
        "tokens=reached is for score=wanda and score=sparsegpt");
    refuse(
        options.is(SCOPE, MODEL) && isSequential(options),
        "scope=model ranks all matrices at once, no statistics=sequential");
  }

  private static void refuse(boolean wrong, String why) {
    if (wrong) {
      throw new InputException("--method prune: " + why);
    }
  }

  @Override
  protected OperatingPoints points(int rows, int cols, MethodOptions options) {
    return Levels.of(rows, cols, options).points();
  }

  @Override
  protected List<? extends Factorization> factorize(FactorRequest request) {
    return request.targets().stream()
        .map(
            target -> {
              PrunedFactorization made = factorize(target, request);
              return target.errors() ? made.withErrors() : made;
            })
        .toList();
  }

  private static PrunedFactorization factorize(Target target, FactorRequest request) {
    MethodOptions options = request.options();
    Matrix w = SlotMatrix.of(target.slot(), request.scope());
    Levels levels = Levels.of(w.rows(), w.cols(), options);
    boolean byRow = isByRow(options);
    if (!options.is(SCORE, SPARSE_GPT)) {
      Scores scores = Scores.of(target.slot(), options, request.statistics());
      return new PrunedFactorization(
          levels.points(), new RankedPruning(w, levels, scores, byRow, options.flag(RESCALE)));
    }
    Moments moments = request.statistics().moments(target.slot());
    ColumnSweep sweep =
        ColumnSweep.of(
            target.slot().name(),
            w,
            moments.gram(),
            false,
            options.number(DAMPING),
            request.scope());
    return new PrunedFactorization(
        levels.points(), new SparseGpt(sweep, levels, byRow, ErrorMetric.outputs(moments)));
  }

  @Override
  public Compression compress(CompressionRequest request) {
    if (!request.options().is(SCOPE, MODEL)) {
      return super.compress(request);
    }
    refuse(
        !request.allocation().isStandard(),
        "scope=model shares the budget out itself: leave out --allocate and --round-to");
    return new ModelScope(request.over(tokens(request.options())), this).run();
  }
}
