package io.github.lrfbench.harness.onnx;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.onnx.OnnxGraph.Attribute;
import io.github.lrfbench.harness.onnx.OnnxGraph.Type;
import io.github.lrfbench.harness.onnx.TracedTensors.Rows;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.Arrays;
import java.util.List;

/**
 * Operations that compute nothing and note in a graph what would be computed: a pass of a model
 * over any batch makes the graph for all batches.
 */
final class OnnxOps implements Ops {
  private final OnnxGraph graph;
  private final TracedTensors tensors;
  private final Weights weights;
  private final Inputs inputs;
  private final Scope scope;

  /**
   * Operations of a pass.
   *
   * @param inputs what the pass reads
   * @param scope owns the tensors, which are memory without meaning; closed with this
   */
  OnnxOps(OnnxGraph graph, TracedTensors tensors, Weights weights, Inputs inputs, Scope scope) {
    this.graph = graph;
    this.tensors = tensors;
    this.weights = weights;
    this.inputs = inputs;
    this.scope = scope;
  }

  @Override
  public Tensor allocate(DType dtype, long... dims) {
    return scope.allocate(dtype, dims);
  }

  @Override
  public Ops frame() {
    return new OnnxOps(graph, tensors, weights, inputs, scope.device().openScope());
  }

  @Override
  public void close() {
    scope.close();
  }

  /** Layers of one input apart: it is then for the runtime to join them. */
  @Override
  public void apply(Layer layer, Matrix x, Activation activation, Matrix y) {
    if (layer.parts().size() == 1) {
      layer.forward(this, x, activation, y);
      return;
    }
    int column = 0;
    for (Layer part : layer.parts()) {
      part.forward(this, x, activation, y.columns(column, column + part.outputs()));
      column += part.outputs();
    }
  }

  @Override
  public void linear(
      Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y) {
    String product = product(value(x), transW, w);
    tensors.write(y, rows(x), activate(biased(product, bias), activation));
  }

  @Override
  public void lowRank(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    String product = product(product(tensors.read(x), false, down), false, up);
    tensors.write(y, tensors.rows(x), activate(biased(product, bias), activation));
  }

  @Override
  public void addLowRank(Matrix x, Matrix down, Matrix up, double scale, Matrix y) {
    String product = product(product(tensors.read(x), false, down), false, up);
    String scaled = scale == 1 ? product : graph.node("Mul", product, graph.single((float) scale));
    tensors.write(y, tensors.rows(y), graph.node("Add", tensors.read(y), scaled));
  }

  private String product(String x, boolean transW, Matrix w) {
    String matrix = tensors.holds(w.data()) ? tensors.read(w) : weights.matrix(w);
    return graph.node("MatMul", x, transW ? graph.node("Transpose", matrix) : matrix);
  }

  private String biased(String x, Tensor bias) {
    return bias == null ? x : graph.node("Add", x, weights.vector(bias));
  }

  private String activate(String x, Activation activation) {
    return switch (activation) {
      case NONE -> x;
      case GELU -> graph.node("Gelu", List.of(new Attribute("approximate", "none")), x);
      case GELU_TANH -> graph.node("Gelu", List.of(new Attribute("approximate", "tanh")), x);
      case RELU -> graph.node("Relu", x);
      case TANH -> graph.node("Tanh", x);
    };
  }

  @Override
  public void biasActivation(Matrix x, Tensor bias, Activation activation) {
    tensors.write(x, tensors.rows(x), activate(biased(tensors.read(x), bias), activation));
  }

  @Override
  public void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y) {
    String sum = biased(tensors.read(x), bias);
    if (residual != null) {
      sum = graph.node("Add", sum, tensors.read(residual));
    }
    tensors.write(y, tensors.rows(x), normed(sum, gamma, beta, eps));
  }

  @Override
  public void addLayerNorm(
      Matrix x, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix sum, Matrix y) {
    Rows rows = tensors.rows(x);
    String added = graph.node("Add", tensors.read(x), tensors.read(residual));
    tensors.write(sum, rows, added);
    tensors.write(y, rows, normed(added, gamma, beta, eps));
  }

  private String normed(String x, Tensor gamma, Tensor beta, double eps) {
    List<?> attributes = List.of(new Attribute("axis", -1L), new Attribute("epsilon", (float) eps));
    return graph.node(
        "LayerNormalization", attributes, x, weights.vector(gamma), weights.vector(beta));
  }

  @Override
  public void embed(
      Tensor ids,
      Matrix word,
      Tensor positions,
      Matrix position,
      Tensor types,
      Matrix type,
      Matrix y) {
    String sum = graph.node("Gather", weights.matrix(word), inputs.ofTokens(ids));
    if (type != null) {
      String row =
          type.rows() == 1
              ? weights.matrix(type)
              : graph.node("Gather", weights.matrix(type), inputs.ofTokens(types));
      sum = graph.node("Add", sum, row);
    }
    if (position != null) {
      String rows = graph.node("Gather", weights.matrix(position), inputs.ofTokens(positions));
      sum = graph.node("Add", sum, rows);
    }
    tensors.write(y, Rows.TOKENS, sum);
  }

  @Override
  public void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix y) {
    inputs.requireAll(segments);
    String queries = heads(q, heads, 0, 2, 1, 3);
    String keys = heads(k, heads, 0, 2, 3, 1);
    String values = heads(v, heads, 0, 2, 1, 3);
    String scores = graph.node("MatMul", queries, keys);
    String scaled = graph.node("Mul", scores, graph.single((float) scale));
    String mask = inputs.mask(causal);
    String masked = mask == null ? scaled : graph.node("Add", scaled, mask);
    String shares = graph.node("Softmax", List.of(new Attribute("axis", -1L)), masked);
    String mixed = order(graph.node("MatMul", shares, values), 0, 2, 1, 3);
    tensors.write(y, Rows.TOKENS, tensors.reshape(mixed, Rows.TOKENS, y.cols()));
  }

  private String heads(Matrix x, int heads, long... order) {
    String apart = tensors.reshape(tensors.read(x), Rows.TOKENS, heads, x.cols() / heads);
    return order(apart, order);
  }

  private String order(String x, long... order) {
    return graph.node("Transpose", List.of(new OnnxGraph.Axes("perm", order)), x);
  }

  @Override
  public void gatherRows(Matrix x, Tensor rows, Matrix y) {
    tensors.write(y, Rows.SEQUENCES, inputs.tokenOfEach(tensors.read(x), rows));
  }

  @Override
  public void meanPool(Matrix x, Segments segments, Matrix y) {
    inputs.requireAll(segments);
    tensors.write(y, Rows.SEQUENCES, inputs.mean(tensors.read(x)));
  }

  @Override
  public void gatherColumns(Matrix x, Tensor columns, Matrix y) {
    int[] chosen = columns.toInts();
    long[] places = Arrays.stream(chosen).mapToLong(column -> Math.max(0, column)).toArray();
    String taken =
        graph.node(
            "Gather",
            List.of(new Attribute("axis", -1L)),
            tensors.read(x),
            graph.constant(
                weights.next("columns"),
                Type.INT64,
                () -> OnnxGraph.littleEndian(places),
                places.length));
    if (Arrays.stream(chosen).anyMatch(column -> column < 0)) {
      // A negative place counts from the end there.
      taken = graph.node("Mul", taken, weights.flags(chosen));
    }
    tensors.write(y, tensors.rows(x), taken);
  }

  @Override
  public void add(Matrix x, Matrix y) {
    tensors.write(y, tensors.rows(y), graph.node("Add", tensors.read(y), tensors.read(x)));
  }

  @Override
  public void spread(Matrix x, int parts, Matrix y) {
    Rows rows = tensors.rows(x);
    int each = tensors.perRow(rows, x);
    int narrow = x.cols() / parts;
    int wide = y.cols() / parts;
    String spread = tensors.reshape(tensors.read(x), rows, (long) each * parts, narrow);
    if (wide > narrow) {
      long[] zeros = new long[2 * (rows.axes() + 2)];
      zeros[zeros.length - 1] = wide - narrow;
      spread = graph.node("Pad", spread, graph.numbers(false, zeros));
    }
    long[] axes = each == 1 ? new long[] {y.cols()} : new long[] {each, y.cols()};
    tensors.write(y, rows, tensors.reshape(spread, rows, axes));
  }

  @Override
  public void swapAxes(Matrix x, int first, int second, Matrix y) {
    Rows rows = rows(x);
    String apart = tensors.reshape(value(x), rows, first, second);
    String swapped = tensors.transpose(apart, rows, 1, 0);
    tensors.write(y, rows, tensors.reshape(swapped, rows, y.cols()));
  }

  @Override
  public void khatriRao(Matrix a, Matrix b, Matrix y) {
    Rows rows = rows(a);
    int each = tensors.perRow(rows, a);
    String left = tensors.reshape(value(a), rows, each, 1, a.cols());
    String product = graph.node("Mul", left, value(b));
    if (rows == Rows.FIXED) {
      product = graph.node("Reshape", product, graph.numbers(false, y.rows(), y.cols()));
    } else {
      int all = each * b.rows();
      long[] axes = all == 1 ? new long[] {y.cols()} : new long[] {all, y.cols()};
      product = tensors.reshape(product, rows, axes);
    }
    tensors.write(y, rows, product);
  }

  /** What stands in a matrix, be it one of the model's weights. */
  private String value(Matrix x) {
    return tensors.holds(x.data()) ? tensors.read(x) : weights.matrix(x);
  }

  private Rows rows(Matrix x) {
    return tensors.holds(x.data()) ? tensors.rows(x) : Rows.FIXED;
  }

  /** The matrix as a whole: runtimes know no matrices of which some elements are stored. */
  @Override
  public void unmask(Mask mask, Tensor values, Matrix y) {
    tensors.write(y, Rows.FIXED, weights.whole(mask, values));
  }

  /** Codes take a byte each, whatever their bits: runtimes know no others everywhere. */
  @Override
  public void dequantize(Matrix codes, int bits, Tensor scales, Tensor zeros, int group, Matrix y) {
    if (y.cols() % group != 0) {
      throw new InputException(
          "codes in groups of "
              + group
              + " that do not divide rows of "
              + y.cols()
              + " cannot be written as ONNX");
    }
    long groups = scales.shape().size();
    String stored =
        graph.constant(
            weights.next("codes"),
            Type.INT8,
            () -> Weights.codes(codes, y.cols(), bits, zeros == null),
            groups,
            (long) y.rows() * y.cols() / groups);
    List<?> rowByRow = List.of(new Attribute("axis", 0L));
    String expanded = graph.node("DequantizeLinear", rowByRow, stored, weights.vector(scales));
    if (zeros != null) {
      // A runtime's zero points are codes themselves; ours are any numbers.
      expanded = graph.node("Sub", expanded, weights.products(scales, zeros));
    }
    long[] shape = {y.rows(), y.cols()};
    tensors.write(y, Rows.FIXED, graph.node("Reshape", expanded, graph.numbers(false, shape)));
  }

  @Override
  public void palette(Matrix codes, int bits, Tensor tables, int rows, Matrix y) {
    throw noPart("palettes");
  }

  @Override
  public void int8Linear(
      Matrix x,
      Matrix codes,
      Tensor scales,
      float threshold,
      Tensor bias,
      Activation activation,
      Matrix y) {
    throw noPart("inputs in 8 bits (llm-int8)");
  }

  @Override
  public void addToLargest(Matrix x, Matrix w, int count, Matrix y) {
    throw noPart("a head by svd-softmax");
  }

  @Override
  public void cachedAttention(
      Matrix q,
      Matrix keys,
      Matrix values,
      Tensor rows,
      Tensor lengths,
      int heads,
      double scale,
      Matrix y) {
    throw noPart("a cache");
  }

  @Override
  public void crossEntropy(Matrix x, Tensor targets, Tensor losses) {
    throw noPart("a loss");
  }

  @Override
  public void scatterRows(Matrix x, Tensor rows, Matrix y) {
    throw noPart("scattered rows");
  }

  @Override
  public void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid) {
    throw noPart("a softmax of its own");
  }

  private static InputException noPart(String what) {
    return new InputException("a model with " + what + " cannot be written as ONNX");
  }
}
