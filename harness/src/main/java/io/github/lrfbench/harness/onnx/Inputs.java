package io.github.lrfbench.harness.onnx;

import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.onnx.OnnxGraph.Attribute;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a pass reads, as values of a graph with the inputs that transformers has: of texts of one
 * batch as long as its longest, the others filled up on the right.
 */
final class Inputs {
  /** Added to scores: nothing is left of their exponentials. */
  private static final float NEVER = -Float.MAX_VALUE;

  private final OnnxGraph graph;
  private final TokenBatch batch;
  private final int padding;
  private final boolean masked;
  private final String ids;
  private final Lazy mask = new Lazy(this::findMask);
  private final Lazy types;
  private final Lazy length = new Lazy(this::findLength);
  private final Lazy positions = new Lazy(this::findPositions);
  private final Lazy counted = new Lazy(this::findCounted);
  private final Lazy unseen = new Lazy(this::findUnseen);
  private final Lazy later = new Lazy(this::findLater);
  private final Lazy both = new Lazy(this::findBoth);

  /** A value that is made when it is first asked for. */
  private static final class Lazy {
    private final Supplier<String> make;
    private String value;

    Lazy(Supplier<String> make) {
      this.make = make;
    }

    String get() {
      if (value == null) {
        value = make.get();
      }
      return value;
    }
  }

  /**
   * The inputs of a pass.
   *
   * @param batch what is read
   * @param padding the token that the model takes for padding, -1 for none
   * @param masked whether there is an input that tells tokens from filling
   */
  Inputs(OnnxGraph graph, TokenBatch batch, int padding, boolean masked) {
    this.graph = graph;
    this.batch = batch;
    this.padding = padding;
    this.masked = masked;
    this.ids = graph.input("input_ids");
    this.types = new Lazy(() -> graph.input("token_type_ids"));
    if (masked) {
      mask.get();
    }
  }

  private String findMask() {
    return masked
        ? graph.input("attention_mask")
        : graph.node("Expand", graph.numbers(true, 1), graph.node("Shape", ids));
  }

  /** Token ids or types, [batch, sequence], or positions, [sequence] or [batch, sequence]. */
  String ofTokens(Tensor tensor) {
    if (tensor == batch.ids()) {
      return ids;
    }
    if (tensor == batch.types()) {
      return types.get();
    }
    require(tensor == batch.positions() || tensor == batch.counted());
    return tensor == batch.positions() ? positions.get() : counted.get();
  }

  private static void require(boolean condition) {
    if (!condition) {
      throw new InputException("no graph can be made of the model: it reads other tokens");
    }
  }

  void requireAll(Segments segments) {
    require(segments == batch.segments());
  }

  private String findLength() {
    return graph.node("Gather", graph.node("Shape", ids), graph.numbers(true, 1));
  }

  private String findPositions() {
    return graph.node("Range", graph.numbers(true, 0), length.get(), graph.numbers(true, 1));
  }

  /** Of every token its number among those that are not padding, from 1, and 0 of padding. */
  private String findCounted() {
    String known = cast(graph.node("Not", graph.node("Equal", ids, graph.numbers(true, padding))));
    String counts = graph.node("Mul", known, mask.get());
    String sums = graph.node("CumSum", counts, graph.numbers(true, 1));
    return graph.node("Mul", sums, counts);
  }

  private String cast(String condition) {
    return graph.node("Cast", List.of(new Attribute("to", 7L)), condition);
  }

  private String toSingle(String numbers) {
    return graph.node("Cast", List.of(new Attribute("to", 1L)), numbers);
  }

  /**
   * What is added to scores, with axes that spread to [batch, heads, sequence, sequence].
   *
   * @param causal whether a token sees itself and those before it only
   * @return null for nothing
   */
  String mask(boolean causal) {
    if (!causal) {
      return masked ? unseen.get() : null;
    }
    return masked ? both.get() : later.get();
  }

  private String findUnseen() {
    String kept = graph.node("Unsqueeze", mask.get(), graph.numbers(false, 1, 2));
    String left = graph.node("Sub", graph.single(1), toSingle(kept));
    return graph.node("Mul", left, graph.single(NEVER));
  }

  private String findLater() {
    String column = graph.node("Unsqueeze", positions.get(), graph.numbers(false, 1));
    String isLater = graph.node("Greater", positions.get(), column);
    return graph.node("Where", isLater, graph.single(NEVER), graph.single(0));
  }

  private String findBoth() {
    return graph.node("Min", unseen.get(), later.get());
  }

  /**
   * Of every sequence the hidden state of one token, [batch, H].
   *
   * @param x [batch, sequence, H]
   * @param rows which
   */
  String tokenOfEach(String x, Tensor rows) {
    require(
        rows == batch.firstTokens() || rows == batch.lastTokens() || rows == batch.lastCounted());
    boolean first = rows == batch.firstTokens();
    boolean last = rows == batch.lastTokens();
    if (first || last && !masked) {
      return graph.node(
          "Gather", List.of(new Attribute("axis", 1L)), x, graph.numbers(true, first ? 0 : -1));
    }
    // The last that counts: 0 where none does.
    String weights =
        last ? mask.get() : cast(graph.node("Greater", counted.get(), graph.numbers(true, 0)));
    String places = graph.node("Mul", weights, positions.get());
    String furthest =
        graph.node(
            "ArgMax", List.of(new Attribute("axis", 1L), new Attribute("keepdims", 1L)), places);
    return graph.node("GatherND", List.of(new Attribute("batch_dims", 1L)), x, furthest);
  }

  /** Of every sequence the mean of its hidden states, [batch, H]. */
  String mean(String x) {
    String weights = toSingle(mask.get());
    String axis = graph.numbers(false, 1);
    List<?> gone = List.of(new Attribute("keepdims", 0L));
    String column = graph.node("Unsqueeze", weights, graph.numbers(false, 2));
    String sum = graph.node("ReduceSum", gone, graph.node("Mul", x, column), axis);
    String count = graph.node("ReduceSum", List.of(new Attribute("keepdims", 1L)), weights, axis);
    return graph.node("Div", sum, count);
  }
}
