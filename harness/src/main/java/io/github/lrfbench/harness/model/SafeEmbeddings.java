package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Self-attentive factorized embeddings, SAFE (Reid et al. 2021, "Subformer"): narrow embeddings, of
 * S numbers, and one small transformer block over them, whose feed-forward layer lifts them to H:
 *
 * <pre>
 * x = scale word[ids] + position[positions] + type[types]
 * a = norm(x + attention(x))
 * y = norm(W2 relu(W1 a + b1) + b2)
 * </pre>
 *
 * <p>There is no residual around the feed-forward layer, whose widths differ, and norms come after
 * sums, because one before the layers would meet the wrong width. As in the authors' code the scale
 * is √S in encoders and √H in models whose tokens see none after them, and a tied head is a map to
 * S, then the table: logits = word (K h + k).
 *
 * @param narrow the embeddings of S numbers, not normed
 * @param scale [S], a constant, the same number S times
 * @param heads of the attention
 * @param projections query, key and value, each [S, S]
 * @param attentionOutput [S, S]
 * @param attentionNorm of S numbers
 * @param inner W1 [S, S] with b1
 * @param outer W2 [H, S] with b2
 * @param norm of H numbers
 * @param head K [S, H] with k; null where no head is tied to the words
 */
public record SafeEmbeddings(
    SummedEmbeddings narrow,
    Tensor scale,
    int heads,
    LinearGroup projections,
    Linear attentionOutput,
    Norm attentionNorm,
    Linear inner,
    Linear outer,
    Norm norm,
    Linear head)
    implements InputLayer {
  /** What the kind is called. */
  public static final String FORM = "safe";

  private static final String QUERY = "attention.query";
  private static final String KEY = "attention.key";
  private static final String VALUE = "attention.value";
  private static final String OUTPUT = "attention.output";
  private static final String ATTENTION_NORM = "attention.LayerNorm";
  private static final String INNER = "inner";
  private static final String OUTER = "outer";
  private static final String NORM = "LayerNorm";
  private static final String HEAD = "head";

  /** The constant that a checkpoint keeps. */
  private static final String HEADS = "heads";

  /**
   * What a checkpoint says of an input layer whatever its kind.
   *
   * @param words V
   * @param positions rows of the table of positions
   * @param firstPosition row of a sequence's first token
   * @param types rows of the table of types, 0 for none
   * @param hidden H
   * @param normEpsilon added to the variance in layer norms
   * @param causal whether a token sees itself and those before it only
   * @param tied whether a head reads the words
   */
  public record Dimensions(
      int words,
      int positions,
      int firstPosition,
      int types,
      int hidden,
      double normEpsilon,
      boolean causal,
      boolean tied) {}

  /** Whether a checkpoint holds such a layer. */
  public static boolean isStored(WeightReader reader, InputNames names) {
    return reader.hasBelow(names.safe() + ".");
  }

  /**
   * Reads a layer.
   *
   * @throws InputException if a tensor is missing or wrong
   */
  public static SafeEmbeddings read(WeightReader reader, InputNames names, Dimensions known) {
    int s = reader.outputs(path(names, INNER));
    int h = known.hidden();
    SummedEmbeddings narrow =
        new SummedEmbeddings(
            WordTable.read(reader, names.word(), known.words(), s),
            reader.tensor(names.position() + ".weight", known.positions(), s),
            known.firstPosition(),
            known.types() == 0 ? null : reader.tensor(names.type() + ".weight", known.types(), s),
            null);
    List<Linear> projections =
        Stream.of(QUERY, KEY, VALUE)
            .map(part -> reader.linear(path(names, part), s, s, 1, true))
            .toList();
    return new SafeEmbeddings(
        narrow,
        scale(reader.scope(), s, h, known.causal()),
        heads(reader.constants(names.safe()), names, s),
        LinearGroup.of(projections, reader.scope()),
        reader.linear(path(names, OUTPUT), s, s, 1, true),
        reader.norm(path(names, ATTENTION_NORM), s, known.normEpsilon()),
        reader.linear(path(names, INNER), s, s, 1, true),
        reader.linear(path(names, OUTER), h, s, 1, true),
        reader.norm(path(names, NORM), h, known.normEpsilon()),
        known.tied() ? reader.linear(path(names, HEAD), s, h, 1, true) : null);
  }

  private static int heads(JsonNode constants, InputNames names, int width) {
    JsonNode told = constants.path(HEADS);
    if (!told.isInt() || told.asInt() < 1 || width % told.asInt() != 0) {
      throw new InputException(
          "config.json: the heads of "
              + names.safe()
              + ", "
              + width
              + " wide, are told as "
              + told);
    }
    return told.asInt();
  }

  /** The scale of words: √H where tokens see none after them, else √S. */
  public static Tensor scale(Scope scope, int width, int hidden, boolean causal) {
    float[] factors = new float[width];
    Arrays.fill(factors, (float) Math.sqrt(causal ? hidden : width));
    return scope.floats(factors, width);
  }

  /**
   * Numbers that such a layer stores but for the tables of positions and types.
   *
   * @param words V
   * @param width S
   * @param hidden H
   * @param tied whether a head reads the words
   */
  public static long parameters(long words, long width, long hidden, boolean tied) {
    long attention = 4 * (width * width + width) + 2 * width;
    long lift = width * width + width + width * hidden + hidden + 2 * hidden;
    return words * width + attention + lift + (tied ? hidden * width + width : 0);
  }

  @Override
  public String form() {
    return FORM;
  }

  @Override
  public int width() {
    return outer.outputs();
  }

  @Override
  public DType dtype() {
    return narrow.dtype();
  }

  /** Its words have S numbers, and none that could be replaced. */
  @Override
  public List<LinearSlot> tables(InputNames names) {
    return List.of();
  }

  @Override
  public SafeEmbeddings with(InputNames names, Replacements placed) {
    return this;
  }

  @Override
  public Matrix forward(Ops ops, InputPass pass) {
    Matrix y = allocate(ops, pass, width());
    try (Ops frame = ops.frame()) {
      Matrix attended = attend(frame, pass);
      Matrix wide = allocate(frame, pass, inner.outputs());
      frame.apply(inner, attended, Activation.RELU, wide);
      Matrix lifted = allocate(frame, pass, width());
      frame.apply(outer, wide, Activation.NONE, lifted);
      norm.forward(frame, frame.dropout(lifted, pass.dropout()), null, y);
    }
    return y;
  }

  private Matrix attend(Ops ops, InputPass pass) {
    int s = narrow.width();
    Matrix normed = allocate(ops, pass, s);
    try (Ops frame = ops.frame()) {
      Matrix x = frame.dropout(narrow.sum(frame, pass, Matrix.of(scale)), pass.dropout());
      Matrix qkv = allocate(frame, pass, projections.outputs());
      frame.apply(projections, x, Activation.NONE, qkv);
      Matrix context = allocate(frame, pass, s);
      pass.attention()
          .attend(
              frame,
              qkv.columns(0, s),
              qkv.columns(s, 2 * s),
              qkv.columns(2 * s, 3 * s),
              heads,
              context);
      Matrix projected = allocate(frame, pass, s);
      frame.apply(attentionOutput, context, Activation.NONE, projected);
      attentionNorm.forward(frame, frame.dropout(projected, pass.dropout()), x, normed);
    }
    return normed;
  }

  private Matrix allocate(Ops ops, InputPass pass, int cols) {
    return Matrix.of(ops.allocate(dtype(), pass.tokens(), cols));
  }

  @Override
  public int attentionWidth() {
    return narrow.width();
  }

  @Override
  public long flops(long tokens, long seen) {
    long matrices =
        projections.flopsPerRow()
            + attentionOutput.flopsPerRow()
            + inner.flopsPerRow()
            + outer.flopsPerRow();
    // Scores and their product with the values.
    return narrow.flops(tokens, seen) + tokens * matrices + 4 * seen * narrow.width();
  }

  @Override
  public void score(Ops ops, Matrix x, Matrix y) {
    try (Ops frame = ops.frame()) {
      Matrix read = Matrix.of(frame.allocate(x.dtype(), x.rows(), head.outputs()));
      frame.apply(head, x, Activation.NONE, read);
      narrow.score(frame, read, y);
    }
  }

  /**
   * The rows of the matrix by which a tied head gives the logits of some words, word K.
   *
   * @param ids I32 [T], numbers of words
   * @return [T, H]
   */
  public Matrix headRows(Ops ops, Tensor ids) {
    Matrix rows = Matrix.of(ops.allocate(dtype(), ids.shape().size(), width()));
    try (Ops frame = ops.frame()) {
      Matrix looked = Matrix.of(frame.allocate(dtype(), ids.shape().size(), narrow.width()));
      narrow.word().lookUp(frame, ids, looked);
      frame.linear(looked, true, head.dense(), null, Activation.NONE, rows);
    }
    return rows;
  }

  @Override
  public long scoreFlops() {
    return head.flopsPerRow() + narrow.scoreFlops();
  }

  /** A copy of what its head computes would not be that any more when the words change. */
  @Override
  public Linear untiedHead(Scope scope) {
    return null;
  }

  @Override
  public List<ModelPart> parts(InputNames names) {
    List<ModelPart> parts = new ArrayList<>(narrow.parts(names));
    List<String> attention = Stream.of(QUERY, KEY, VALUE).map(part -> path(names, part)).toList();
    parts.add(ModelPart.of(projections.members(), projections.weights(attention)));
    parts.add(ModelPart.of(path(names, OUTPUT), attentionOutput));
    parts.add(ModelPart.of(attentionNorm.weights(path(names, ATTENTION_NORM))));
    parts.add(ModelPart.of(path(names, INNER), inner));
    parts.add(ModelPart.of(path(names, OUTER), outer));
    parts.add(ModelPart.of(norm.weights(path(names, NORM))));
    if (head != null) {
      parts.add(ModelPart.of(path(names, HEAD), head));
    }
    return parts;
  }

  private static String path(InputNames names, String part) {
    return names.safe() + "." + part;
  }

  @Override
  public boolean isCommon() {
    return false;
  }

  @Override
  public void describe(InputNames names, ObjectNode block) {
    block
        .withObjectProperty(LinearFormats.CONSTANTS)
        .withObjectProperty(names.safe())
        .put(HEADS, heads);
  }

  @Override
  public SafeEmbeddings copyTo(Scope scope, DType dtype) {
    return new SafeEmbeddings(
        narrow.copyTo(scope, dtype),
        Copies.of(scale, scope, dtype),
        heads,
        projections.copyTo(scope, dtype),
        attentionOutput.copyTo(scope, dtype),
        attentionNorm.copyTo(scope, dtype),
        inner.copyTo(scope, dtype),
        outer.copyTo(scope, dtype),
        norm.copyTo(scope, dtype),
        head == null ? null : head.copyTo(scope, dtype));
  }
}
