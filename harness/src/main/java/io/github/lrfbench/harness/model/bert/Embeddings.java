package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.InputNames;
import io.github.lrfbench.harness.model.InputPass;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;

/**
 * What the first block reads: the input layer, and ALBERT's map from its width to H.
 *
 * @param input word, position and type embeddings
 * @param projection to H, or null for none
 */
record Embeddings(InputLayer input, Linear projection) {
  /** ALBERT's module of the map to H, relative to the encoder. */
  static final String PROJECTION = "encoder.embedding_hidden_mapping_in";

  /** Path of the input layer, relative to the encoder. */
  private static final String PATH = "embeddings.";

  /**
   * The names of the input layer's modules.
   *
   * @param prefix what stands before the encoder's tensors
   */
  static InputNames names(String prefix) {
    String path = prefix + PATH;
    return new InputNames(
        path + "word_embeddings",
        path + "position_embeddings",
        path + "token_type_embeddings",
        path + "LayerNorm",
        path + "safe");
  }

  /** The parameters. */
  List<ModelPart> parts(String prefix) {
    List<ModelPart> parts = new ArrayList<>(input.parts(names(prefix)));
    if (projection != null) {
      parts.add(ModelPart.of(prefix + PROJECTION, projection));
    }
    return parts;
  }

  /** Floating-point operations for so many tokens, of which so many pairs see each other. */
  long flops(long tokens, long seen) {
    return input.flops(tokens, seen) + (projection == null ? 0 : tokens * projection.flopsPerRow());
  }

  /** The same with another input layer. */
  Embeddings with(InputLayer other) {
    return new Embeddings(other, projection);
  }

  Embeddings copyTo(Scope scope, DType dtype) {
    return new Embeddings(
        input.copyTo(scope, dtype), projection == null ? null : projection.copyTo(scope, dtype));
  }

  /** The embeddings of tokens: [T, H]. */
  Matrix forward(Ops ops, InputPass pass) {
    Matrix y = input.forward(ops, pass);
    if (projection == null) {
      return y;
    }
    Matrix wide = Matrix.of(ops.allocate(y.dtype(), y.rows(), projection.outputs()));
    ops.apply(projection, y, Activation.NONE, wide);
    return wide;
  }
}
