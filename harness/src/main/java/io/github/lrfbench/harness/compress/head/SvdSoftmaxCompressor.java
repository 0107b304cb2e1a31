package io.github.lrfbench.harness.compress.head;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.PreviewLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The method {@code svd-softmax} (Shim et al. 2017, "SVD-softmax: fast softmax approximation on
 * large vocabulary neural networks"): the head of a language model computes logits of all words
 * from the first {@code width} of its singular directions, and of the {@code top} words with the
 * largest of these from all. It stores more than the matrix, and computes less; the word embedding
 * stays as it is.
 */
public final class SvdSoftmaxCompressor implements Compressor {
  private static final String NAME = "svd-softmax";
  private static final String WIDTH = "width";
  private static final String TOP = "top";

  /** An eighth of the hidden state is what public implementations take. */
  private static final int WIDTHS = 8;

  /** A few hundredths of the words, as the paper has it: 2010 of the 50257 of GPT-2. */
  private static final double TOP_SHARE = 0.04;

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        NAME,
        "the head of a language model in full for the likeliest words only",
        "Shim et al. 2017",
        Set.of(Need.WEIGHTS),
        "",
        List.of(MethodOption.count(WIDTH, 0, 0, 1 << 20), MethodOption.count(TOP, 0, 0, 1 << 30)));
  }

  @Override
  public boolean allocates() {
    return false;
  }

  @Override
  public Takes takes() {
    return Takes.HEAD;
  }

  /** No budget is met by storing more. */
  @Override
  public boolean canMeet(Budget budget, MethodOptions options) {
    return false;
  }

  @Override
  public void check(Budget budget, MethodOptions options) {
    if (!(budget instanceof Budget.Rank)) {
      throw new InputException(
          "--method svd-softmax stores no less: give the width of its preview by --rank, or let"
              + " another stage take --"
              + budget.kind()
              + ", as in svd+svd-softmax");
    }
    if (options.count(WIDTH) > 0) {
      throw new InputException(
          "--method svd-softmax: both width and --rank say how wide the preview is; give one");
    }
  }

  @Override
  public Compression compress(CompressionRequest asked) {
    long start = System.nanoTime();
    CompressionRequest request = LanguageHead.request(asked, NAME);
    LinearSlot slot = request.slots().get(0);
    int inputs = slot.linear().inputs();
    int outputs = slot.linear().outputs();
    int width = width(request, inputs);
    int top = request.options().count(TOP);
    int full = top == 0 ? Math.max(1, (int) Math.round(TOP_SHARE * outputs)) : top;
    if (width > inputs || full > outputs) {
      throw new InputException(
          String.format(
              "--method svd-softmax: the head has %d words and reads %d numbers; a preview of %d"
                  + " with %d words in full is larger",
              outputs, inputs, width, full));
    }
    PreviewLinear head = factorize(slot, width, full, request.scope());
    Diagnostics diagnostics =
        new Diagnostics(SvdAlgorithm.GRAM.label(), Double.NaN, Double.NaN, Double.NaN, "");
    LayerReport report = new Replacement(request).report(slot, head, diagnostics, start);
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    parameters.put(WIDTH, Integer.toString(width));
    parameters.put(TOP, Integer.toString(full));
    return new Compression(Map.of(slot.name(), head), List.of(report), parameters);
  }

  private static int width(CompressionRequest request, int inputs) {
    if (request.budget() instanceof Budget.Rank rank) {
      return rank.rank();
    }
    int given = request.options().count(WIDTH);
    return given == 0 ? Math.max(1, inputs / WIDTHS) : given;
  }

  /**
   * W = (W V) Vᵀ with the eigenvectors V of Wᵀ W, so that W V is U S. It is as exact as V is
   * orthogonal, however small the singular values are.
   */
  static PreviewLinear factorize(LinearSlot slot, int width, int full, Scope owner) {
    try (Scope scratch = owner.device().openScope()) {
      Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
      int inputs = w.cols();
      Matrix vectors = Matrices.allocate(scratch, inputs, inputs);
      owner
          .device()
          .lapack()
          .largestEigenpairs(
              Matrices.product(true, w, false, w, scratch),
              inputs,
              scratch.allocate(DType.F64, inputs),
              vectors);
      Matrix turned = Matrices.product(false, w, true, vectors, scratch);
      return new PreviewLinear(
          Matrices.copy(Matrices.transpose(vectors, scratch), DType.F32, owner),
          Matrices.copy(turned.columns(0, width), DType.F32, owner),
          width == inputs ? null : Matrices.copy(turned.columns(width, inputs), DType.F32, owner),
          full,
          slot.linear().bias());
    }
  }
}
