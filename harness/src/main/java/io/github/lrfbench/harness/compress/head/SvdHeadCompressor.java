package io.github.lrfbench.harness.compress.head;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.LayerReport.Storage;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The method {@code svd-head}: the head of a classifier is solved in closed form on the hidden
 * states of training examples, after the training of networks with one hidden layer by the singular
 * value decomposition (Huynh and Won 2009, "Training single hidden layer feedforward neural
 * networks by singular value decomposition"). The model's matrices stay as they are; the budget is
 * that of the head.
 *
 * <p>{@code form=linear}: the least-squares map from the hidden state to the classes, cut to a rank
 * by its predictions. {@code form=tanh}: units of a hidden layer near their linear range read that
 * map's directions and those in which the hidden states vary most. {@code form=elm}: they read
 * random directions. In both the outputs are fitted to what the units really give. Ridges are
 * chosen on a fifth of the examples.
 */
public final class SvdHeadCompressor implements Compressor {
  private static final String FORM = "form";
  private static final String LINEAR = "linear";
  private static final String TANH = "tanh";
  private static final String ELM = "elm";
  private static final String EXAMPLES = "examples";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "svd-head",
        "the classifier's head solved in closed form on hidden states",
        "Huynh and Won 2009",
        Set.of(Need.LABELS),
        "least squares at full rank",
        List.of(
            MethodOption.choice(FORM, LINEAR, TANH, ELM),
            MethodOption.count(EXAMPLES, 8192, 2, 10_000_000)));
  }

  @Override
  public boolean allocates() {
    return false;
  }

  @Override
  public boolean solvesHead() {
    return true;
  }

  /** Matrices in the place of the head's. */
  private record Solved(
      Map<String, Linear> layers, int width, double error, double spread, double ridge) {}

  @Override
  public Compression compress(CompressionRequest request) {
    long start = System.nanoTime();
    Model model = request.model();
    check(request);
    LabelledExamples all = (LabelledExamples) request.statistics().training();
    int count = Math.min(request.options().count(EXAMPLES), all.size());
    try (Scope scratch = request.scope().device().openScope()) {
      HeadExamples head =
          request
              .cache()
              .find(
                  List.of("head", request.statistics(), request.seed(), count),
                  () -> examples(model, all, count, request.seed()))
              .on(scratch);
      Solved solved =
          request.options().is(FORM, LINEAR)
              ? linear(request, head, scratch)
              : hidden(request, head, scratch);
      Map<String, String> parameters = new TreeMap<>(request.options().values());
      parameters.put(EXAMPLES, Integer.toString(count));
      parameters.put("held_out", Integer.toString(head.heldOut()));
      return new Compression(
          solved.layers(), List.of(report(model, solved, count, start)), parameters);
    }
  }

  private static HeadExamples.Kept examples(
      Model model, LabelledExamples all, int count, long seed) {
    // A set that is asked for whole comes in its own order, which may be that of the classes.
    LabelledExamples examples = all.subset(Arrays.copyOf(all.order(seed, 0), count));
    try (Scope scope = model.device().openScope()) {
      return HeadExamples.of(model, examples, model.info().labels().size(), scope).kept();
    }
  }

  /** Refuses what the method cannot do. */
  private static void check(CompressionRequest request) {
    Model model = request.model();
    if (model.classifier() == null) {
      throw new InputException("svd-head solves the head of a classifier; this model has none");
    }
    if (request.slots().size() != model.slots().size()) {
      throw new InputException("svd-head changes the head only; --layers chooses among matrices");
    }
    if (!(request.statistics().training() instanceof LabelledExamples)) {
      throw new InputException("svd-head needs training examples with a class or a score");
    }
    if (!request.options().is(FORM, LINEAR)) {
      if (model.headActivation() != Activation.TANH) {
        throw new InputException(
            "svd-head:form="
                + request.options().text(FORM)
                + " needs a head with a tanh layer, as of BERT or RoBERTa; this model can have"
                + " form=linear");
      }
      if (request.budget().needsErrors()) {
        throw new InputException(
            "--energy says nothing of a hidden layer's width; give svd-head:form="
                + request.options().text(FORM)
                + " --keep or --rank");
      }
    }
  }

  private static Solved linear(CompressionRequest request, HeadExamples head, Scope scratch) {
    Regression regression = Regression.of(head.features(), head.targets(), head.heldOut(), scratch);
    Matrix k = regression.matrix(scratch);
    int full = Math.min(k.rows(), k.cols());
    int rank =
        request.budget().needsErrors()
            ? RankPoints.rank(
                request
                    .budget()
                    .choose(
                        RankPoints.of(
                            k.rows(), k.cols(), ReducedRank.spectrum(k, regression.features()))))
            : width(request);
    ReducedRank cut = ReducedRank.of(k, regression.features(), Math.min(rank, full), scratch);
    Matrix product = Matrices.product(true, cut.left(), false, cut.right(), scratch);
    Scope owner = request.scope();
    LowRankFactors factors =
        new LowRankFactors(
            Matrices.copy(Matrices.transpose(cut.right(), scratch), DType.F32, owner),
            Matrices.copy(cut.left(), DType.F32, owner));
    Linear layer = new LowRankLinear(factors, vector(regression.bias(product), owner));
    return new Solved(
        Map.of(request.model().classifier(), layer),
        factors.rank(),
        regression.error(product),
        regression.spread(),
        regression.ridge());
  }

  private static Solved hidden(CompressionRequest request, HeadExamples head, Scope scratch) {
    HiddenLayer layer = layer(request, head, scratch);
    Regression regression =
        Regression.of(
            layer.outputs(head.features(), scratch), head.targets(), head.heldOut(), scratch);
    Matrix k = regression.matrix(scratch);
    String classifier = request.model().classifier();
    String before =
        request.model().headLayers().keySet().stream()
            .filter(module -> !module.equals(classifier))
            .findFirst()
            .orElseThrow();
    Scope owner = request.scope();
    return new Solved(
        Map.of(
            before, dense(layer.weight(), layer.bias(), owner),
            classifier, dense(k, regression.bias(k), owner)),
        layer.bias().length,
        regression.error(k),
        regression.spread(),
        regression.ridge());
  }

  private static HiddenLayer layer(CompressionRequest request, HeadExamples head, Scope scratch) {
    int inputs = head.features().cols();
    int width = width(request);
    if (request.options().is(FORM, ELM)) {
      return HiddenLayer.random(inputs, width, request.seed(), scratch);
    }
    Regression regression = Regression.of(head.features(), head.targets(), head.heldOut(), scratch);
    Matrix k = regression.matrix(scratch);
    int rank = Math.min(width, Math.min(k.rows(), inputs));
    Matrix read = ReducedRank.of(k, regression.features(), rank, scratch).right();
    return HiddenLayer.nearlyLinear(regression, read, Math.min(width, rank + inputs), scratch);
  }

  /** The width between the hidden state and the outputs that the budget allows. */
  private static int width(CompressionRequest request) {
    Model model = request.model();
    if (!(request.budget() instanceof Budget.Rank rank)) {
      double kept =
          request.budget() instanceof Budget.Bits bits
              ? bits.perNumber() / OperatingPoints.DENSE_BITS
              : request.budget().value();
      double allowed = kept * parameters(model.headLayers());
      return Math.max(
          1, (int) (allowed / (model.info().hiddenSize() + model.info().labels().size())));
    }
    return rank.rank();
  }

  private static long parameters(Map<String, Linear> layers) {
    return layers.values().stream().mapToLong(Linear::parameters).sum();
  }

  private static DenseLinear dense(Matrix w, double[] bias, Scope owner) {
    Matrix weight = Matrix.of(owner.allocate(DType.F32, w.cols(), w.rows()));
    owner.device().blas().transpose(w, weight);
    return new DenseLinear(weight, vector(bias, owner));
  }

  private static Tensor vector(double[] values, Scope owner) {
    Tensor vector = owner.allocate(DType.F32, values.length);
    vector.write(0, values, 0, values.length);
    return vector;
  }

  /** The head as one layer, whose outputs are compared with what they should be. */
  private static LayerReport report(Model model, Solved solved, int examples, long start) {
    return new LayerReport(
        "head",
        model.info().labels().size(),
        model.info().hiddenSize(),
        solved.width(),
        parameters(model.headLayers()),
        parameters(solved.layers()),
        Double.NaN,
        Double.NaN,
        solved.spread(),
        solved.error(),
        new Diagnostics(
            SvdAlgorithm.GRAM.label(),
            Double.NaN,
            Double.NaN,
            solved.ridge(),
            "solved on " + examples + " training examples"),
        (System.nanoTime() - start) / 1e9,
        new Storage("dense", bits(model.headLayers())),
        new Storage("head", bits(solved.layers())),
        "width " + solved.width());
  }

  private static long bits(Map<String, Linear> layers) {
    return layers.values().stream().mapToLong(Linear::bits).sum();
  }
}
