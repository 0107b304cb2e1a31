package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.calibrate.FisherFactors;
import io.github.lrfbench.harness.calibrate.FisherFactors.Factors;
import io.github.lrfbench.harness.calibrate.Labels;
import io.github.lrfbench.harness.calibrate.OutputGradients;
import io.github.lrfbench.harness.compress.lowrank.CentredSecondMoment;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.OutputMetric;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.OutputRoot;
import io.github.lrfbench.harness.compress.lowrank.OutputRoot.Form;
import io.github.lrfbench.harness.compress.lowrank.SecondMoment;
import io.github.lrfbench.harness.compress.lowrank.ShrunkMoment;
import io.github.lrfbench.harness.compress.lowrank.WeightedMoment;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The method {@code kfac}: the matrix of a rank whose difference E from W costs the loss least to
 * second order, where inputs x and the gradients g of outputs are taken for independent of each
 * other, min tr(Eᵀ G E C) with G = Σ g gᵀ and C = Σ x xᵀ (KFAC-SVD: Thoma et al. 2026; with {@code
 * labels=expected} IO-SVD: Abbasi et al. 2026). It is Ŵ = L⁻ᵀ U Uᵀ Lᵀ W, L Lᵀ = G, U being the
 * largest eigenvectors of Lᵀ W C Wᵀ L: no inverse of C is formed. Where biases make up for the mean
 * of what is lost, C is centred.
 *
 * <p>{@code form=literal} multiplies by L where the objective asks for Lᵀ, as published code does.
 */
public final class KfacCompressor extends LowRankMethod {
  private static final String LABELS = "labels";
  private static final String FORM = "form";
  private static final String LITERAL = "literal";
  private static final String DIAGONAL = "diag";
  private static final String WEIGHTED = "weighted";
  private static final String CLIP = "clip";
  private static final String OF_OUTPUTS = "shrink";
  private static final String OF_INPUTS = "shrink-inputs";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "kfac",
        "closest where the loss depends on outputs, by moments of inputs and of outputs' gradients",
        "Thoma et al. 2026; labels=expected: Abbasi et al. 2026",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS, Need.GRADIENTS),
        "drone where outputs' gradients are white, and with shrink=1",
        options(
            MethodOption.choice(LABELS, Labels.names(Labels.EXPECTED)),
            MethodOption.choice(FORM, "exact", LITERAL),
            MethodOption.flag(DIAGONAL, false),
            MethodOption.flag(WEIGHTED, false),
            MethodOption.flag(CLIP, false),
            MethodOption.number(OF_OUTPUTS, 0.1, 0, 1),
            MethodOption.number(OF_INPUTS, 0, 0, 1),
            tokens()));
  }

  @Override
  public void check(MethodOptions options) {
    super.check(options);
    if (options.is(FORM, LITERAL) && options.flag(DIAGONAL)) {
      throw new InputException(
          "--method kfac: form=literal and form=exact are the same with diag=true");
    }
    if (options.flag(WEIGHTED) && isSequential(options)) {
      throw new InputException(
          "--method kfac: weighted=true takes the dense model's inputs:"
              + " statistics=sequential would change nothing");
    }
  }

  @Override
  protected boolean factorsByBias() {
    return true;
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    MethodOptions options = request.options();
    FisherFactors gradients =
        request
            .statistics()
            .fisherFactors(
                new OutputGradients(
                    Labels.parse(options.text(LABELS)),
                    options.flag(WEIGHTED),
                    options.flag(CLIP)));
    OutputRoot root = root(options);
    return OutputProjection.decompose(
        request,
        slot -> inputs(request.statistics().moments(slot), gradients.of(slot.name()), options),
        (slot, scratch) -> root.of(slot.name(), gradients.of(slot.name()).outputs(), scratch));
  }

  /** How gradients of outputs are used. */
  static OutputRoot root(MethodOptions options) {
    Form form =
        options.flag(DIAGONAL)
            ? Form.DIAGONAL
            : options.is(FORM, LITERAL) ? Form.LITERAL : Form.EXACT;
    return new OutputRoot(options.number(OF_OUTPUTS), form);
  }

  /** What inputs count by. */
  static OutputMetric inputs(Moments moments, Factors gradients, MethodOptions options) {
    OutputMetric metric = metric(moments, gradients, options);
    double share = options.number(OF_INPUTS);
    if (share == 0) {
      return metric;
    }
    return new ShrunkMoment(metric, share, meanDiagonal(moments, gradients, options));
  }

  private static OutputMetric metric(Moments moments, Factors gradients, MethodOptions options) {
    boolean centred = compensates(options);
    if (!options.flag(WEIGHTED)) {
      return centred ? new CentredSecondMoment(moments) : new SecondMoment(moments);
    }
    return centred
        ? new WeightedMoment(
            gradients.inputs(), gradients.inputSum(), weight(gradients), moments.mean())
        : new WeightedMoment(gradients.inputs());
  }

  /** The mean of the diagonal of {@link #metric}. */
  private static double meanDiagonal(Moments moments, Factors gradients, MethodOptions options) {
    Matrix gram = options.flag(WEIGHTED) ? gradients.inputs() : moments.gram();
    double trace = Arrays.stream(Matrices.diagonal(gram)).sum();
    if (compensates(options)) {
      double[] mean = moments.mean();
      for (int j = 0; j < mean.length; j++) {
        trace -=
            options.flag(WEIGHTED)
                ? mean[j] * (2 * gradients.inputSum()[j] - weight(gradients) * mean[j])
                : moments.tokens() * mean[j] * mean[j];
      }
    }
    return Math.max(0, trace) / gram.rows();
  }

  /** Σ ‖g‖². */
  private static double weight(Factors gradients) {
    return Arrays.stream(Matrices.diagonal(gradients.outputs())).sum();
  }
}
