package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.calibrate.CrossMoments;
import io.github.lrfbench.harness.compress.lowrank.AnchoredRegression;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.SecondMoment;
import io.github.lrfbench.harness.compress.matrix.StreamWalk;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.train.BlockTraining;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The method {@code aasvd}: the matrix of a rank that brings outputs closest to those of the dense
 * model on the inputs that it will really get, min ‖W X − Ŵ X'‖, X' being the inputs behind what is
 * compressed already and X those of the dense model (Sinha and Fleuret 2026, "AA-SVD"). Matrices
 * are replaced in the order of the forward pass, the inputs of each being those behind all others.
 *
 * <p>{@code anchor} says what outputs are brought close to: 1 the dense model's, W X; 0 those of W
 * itself on the same inputs, W X'; in between W (X' + b (X − X')). {@code auto} takes for every
 * matrix that of five b with which a rank holds the largest share of the targets' squares. {@code
 * redense} gives matrices that stay dense the weights that do the same. {@code refine=block} trains
 * every block for {@code epochs} before the next is looked at, see {@link BlockTraining}.
 */
public final class AaSvdCompressor extends LowRankMethod {
  private static final String ANCHOR = "anchor";
  private static final String AUTO = "auto";
  private static final String RIDGE = "ridge";
  private static final String REDENSE = "redense";
  private static final String REFINE = "refine";
  private static final String BLOCK = "block";
  private static final String EPOCHS = "epochs";
  private static final String RATE = "lr";
  private static final double[] ANCHORS = {0, 0.25, 0.5, 0.75, 1};
  private static final MethodOption NUMBER = MethodOption.number(ANCHOR, 1, 0, 1);
  private static final MethodOption EPOCHS_OPTION = MethodOption.count(EPOCHS, 8, 1, 1000);
  private static final MethodOption RATE_OPTION = MethodOption.number(RATE, 1e-4, 1e-9, 0.5);

  /** Options that say nothing of factorizations by the dense model's statistics. */
  private static final Set<String> OF_FITS = Set.of(ANCHOR, RIDGE, REDENSE, REFINE, EPOCHS, RATE);

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "aasvd",
        "closest to the dense model's outputs on the inputs of the compressed one",
        "Sinha and Fleuret 2026",
        Set.of(Need.WEIGHTS, Need.ACTIVATIONS),
        "drone, where nothing before a matrix is compressed",
        List.of(
            new MethodOption(
                ANCHOR,
                NUMBER.values() + "|" + AUTO,
                NUMBER.standard(),
                text -> text.equals(AUTO) ? text : NUMBER.canonical().apply(text)),
            MethodOption.number(RIDGE, 1e-6, 0, 1),
            MethodOption.flag(REDENSE, false),
            compensatedBias(),
            MethodOption.choice(REFINE, "none", BLOCK),
            EPOCHS_OPTION,
            RATE_OPTION));
  }

  @Override
  public Set<Need> needs(MethodOptions options) {
    Set<Need> needs = super.needs(options);
    if (refines(options)) {
      needs.add(Need.TRAINING);
    }
    return needs;
  }

  private static boolean refines(MethodOptions options) {
    return options.is(REFINE, BLOCK);
  }

  @Override
  public void check(MethodOptions options) {
    for (MethodOption option : List.of(EPOCHS_OPTION, RATE_OPTION)) {
      if (!refines(options) && !options.is(option.name(), option.standard())) {
        throw new InputException(
            "--method aasvd: " + option.name() + " is of refine=block and would change nothing");
      }
    }
  }

  @Override
  public boolean triesInModel(MethodOptions options) {
    return true;
  }

  @Override
  protected boolean isOfFits(String option) {
    return OF_FITS.contains(option);
  }

  @Override
  public Compression compress(CompressionRequest request) {
    MethodOptions options = request.options();
    StreamWalk walk = new StreamWalk(this, request);
    if (options.flag(REDENSE)) {
      walk.reanchoring(
          (slot, moments, scope) ->
              regression(moments, options.is(ANCHOR, AUTO) ? 1 : options.number(ANCHOR), options)
                  .dense(slot, scope));
    }
    if (refines(options)) {
      walk.refining(
          new BlockTraining.Settings(options.count(EPOCHS), options.number(RATE), request.seed()));
      return walk.run();
    }
    // Nothing is trained: results shall not tell for how long.
    Compression made = walk.run();
    Map<String, String> parameters = new TreeMap<>(made.parameters());
    parameters.keySet().removeAll(List.of(EPOCHS, RATE));
    return new Compression(made.replacements(), made.layers(), parameters);
  }

  private static AnchoredRegression regression(
      CrossMoments moments, double anchor, MethodOptions options) {
    return new AnchoredRegression(
        moments, anchor, options.number(RIDGE), options.is("bias", "compensate"));
  }

  @Override
  protected List<LowRankFactorization> decompose(DecompositionRequest request) {
    MethodOptions options = request.options();
    CrossMoments moments = request.statistics().cross();
    if (moments == null) {
      return OutputProjection.decompose(
          request, slot -> new SecondMoment(request.statistics().moments(slot)));
    }
    if (!options.is(ANCHOR, AUTO)) {
      double anchor = options.number(ANCHOR);
      return OutputProjection.decompose(request, slot -> regression(moments, anchor, options));
    }
    return request.targets().stream()
        .map(target -> decompose(request.with(List.of(target)), moments))
        .toList();
  }

  /** One matrix by the anchor with which its rank holds the largest share of the targets. */
  private static LowRankFactorization decompose(
      DecompositionRequest request, CrossMoments moments) {
    double best = 0;
    double most = -1;
    for (double anchor : ANCHORS) {
      try (Scope scratch = request.device().openScope()) {
        double share =
            share(
                OutputProjection.decompose(
                        request.in(scratch), slot -> regression(moments, anchor, request.options()))
                    .get(0),
                request.targets().get(0).rank());
        if (share > most) {
          best = anchor;
          most = share;
        }
      }
    }
    double anchor = best;
    return OutputProjection.decompose(
            request, slot -> regression(moments, anchor, request.options()))
        .get(0);
  }

  private static double share(LowRankFactorization made, int rank) {
    double tail = made.spectrum().tail(rank);
    double norm = made.spectrum().norm();
    return norm == 0 ? 1 : 1 - (tail / norm) * (tail / norm);
  }
}
