package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.Arrays;
import java.util.Set;

/**
 * The method {@code denil}: columns of a matrix are predicted from some that are observed by kernel
 * ridge regression (Denil et al. 2013, "Predicting parameters in deep learning"). The observed
 * weights and the dictionary that predicts from them are the two factors.
 *
 * <p>Options: {@code kernel}: how inputs are alike, by the covariance of what they are on
 * calibration data, by the weights that read them, or by their numbers, as pixels are, which says
 * nothing of a transformer's features and is there to be compared with. {@code choice}: which
 * weights are observed. {@code values}: the observed weights, or those that fit the dictionary best
 * to the weights ({@code ls}) or to the outputs ({@code data}).
 */
public final class DenilCompressor extends ColumnMethod {
  private static final String KERNEL = "kernel";
  private static final String COVARIANCE = "covariance";
  private static final String WEIGHTS = "weights";
  private static final String INDEX = "index";
  private static final String CHOICE = "choice";
  private static final String UNIFORM = "uniform";
  private static final String LEVERAGE = "leverage";
  private static final String VALUES = "values";
  private static final String OBSERVED = "observed";
  private static final String DATA = "data";
  private static final String LAMBDA = "lambda";
  private static final String SIGMA = "sigma";
  private static final String SEED = "seed";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "denil",
        "columns predicted from observed ones by kernel ridge regression",
        "Denil et al. 2013",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "rrqr where kernel=weights, choice=qr and lambda=0",
        options(
            MethodOption.choice(KERNEL, COVARIANCE, WEIGHTS, INDEX),
            MethodOption.choice(CHOICE, UNIFORM, "qr", LEVERAGE),
            MethodOption.choice(VALUES, OBSERVED, "ls", DATA),
            MethodOption.number(LAMBDA, 1e-3, 0, 1e6),
            MethodOption.number(SIGMA, 1, 1e-3, 1e6),
            MethodOption.seed(),
            tokens()));
  }

  @Override
  boolean reads(MethodOptions options) {
    return options.is(KERNEL, COVARIANCE) || options.is(VALUES, DATA);
  }

  /** Leverage ranks inputs anew for every number of them. */
  @Override
  public boolean nests(MethodOptions options) {
    return !options.is(CHOICE, LEVERAGE);
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    refuse(options, SIGMA, options.is(KERNEL, INDEX), "kernel=index");
    refuse(options, SEED, options.is(CHOICE, UNIFORM), "choice=uniform");
  }

  private void refuse(MethodOptions options, String name, boolean counts, String where) {
    String standard =
        info().options().stream()
            .filter(option -> option.name().equals(name))
            .findFirst()
            .orElseThrow()
            .standard();
    if (!counts && !options.is(name, standard)) {
      throw new InputException("--method denil: " + name + " is for " + where);
    }
  }

  @Override
  LowRankFactorization decompose(Target target, DecompositionRequest request) {
    MethodOptions options = request.options();
    Scope scope = request.scope();
    int most = target.wholeSpectrum() ? target.size() : target.rank();
    Matrix w = Matrices.toDouble(SlotMatrix.of(target.slot(), scope), scope);
    boolean byData = options.is(VALUES, DATA);
    ErrorMetric own =
        byData
            ? ErrorMetric.outputs(request.statistics().moments(target.slot()))
            : ErrorMetric.WEIGHTS;
    ErrorMetric metric = options.is(VALUES, OBSERVED) ? null : own;
    Matrix kernel =
        switch (options.text(KERNEL)) {
          case COVARIANCE ->
              InputKernel.covariance(request.statistics().moments(target.slot()), scope);
          case WEIGHTS -> InputKernel.weights(w, scope);
          default -> InputKernel.index(target.cols(), options.number(SIGMA), scope);
        };
    double lambda =
        options.number(LAMBDA) * Arrays.stream(Matrices.diagonal(kernel)).average().orElse(0);
    ChosenFactorization made;
    if (options.is(CHOICE, LEVERAGE)) {
      SvdFactors svd =
          new TruncatedSvd(scope.device(), SvdOptions.of(SvdAlgorithm.GRAM)).factor(scope, w, most);
      Choice choice = Choice.leverage(svd.vt());
      made =
          ChosenFactorization.solved(
              RankPoints.of(target.rows(), target.cols()),
              most,
              (count, owner) -> new Dictionary(w, kernel, choice.of(count), lambda, metric, owner),
              CurCompressor.squaredTails(svd, most));
    } else {
      int[] chosen = choice(options, w, most).of(most);
      made =
          ChosenFactorization.nested(
              RankPoints.of(target.rows(), target.cols()),
              most,
              new Dictionary(w, kernel, chosen, lambda, metric, scope));
    }
    return target.wholeSpectrum() ? made.withErrors(w, own) : made;
  }

  private static Choice choice(MethodOptions options, Matrix w, int most) {
    if (options.is(CHOICE, UNIFORM)) {
      return Choice.uniform(w.cols(), options.seed());
    }
    try (Scope scratch = w.device().openScope()) {
      return Choice.longest(Matrices.transpose(w, scratch), most);
    }
  }
}
