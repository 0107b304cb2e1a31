package io.github.lrfbench.harness.compress.embedding;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.batch.Buckets;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;

/**
 * How far the embeddings of two models are apart on the calibration texts X.
 *
 * @param norm ‖Y‖ of the first model's embeddings Y of all tokens
 * @param error ‖Y − Ŷ‖
 */
record EmbeddingErrors(double norm, double error) {
  private static final int MAX_SEQUENCES = 32;
  private static final int MAX_TOKENS = 2048;

  /** Receives the embeddings of some tokens, each [T, H]. */
  @FunctionalInterface
  interface Reader {
    void read(Matrix first, Matrix second);
  }

  /** Between a request's model and another form of it. */
  static EmbeddingErrors of(CompressionRequest request, Model other) {
    double[] squares = new double[2];
    forEach(
        request.model(),
        other,
        request.statistics().sequences(),
        (first, second) -> {
          squares[0] += first.device().blas().squaredNorm(first);
          first.device().gradients().addScaled(-1, second, first);
          squares[1] += first.device().blas().squaredNorm(first);
        });
    return new EmbeddingErrors(Math.sqrt(squares[0]), Math.sqrt(squares[1]));
  }

  /** The error as a share of the norm. */
  double relative() {
    return error / norm;
  }

  /**
   * Embeds texts by two models.
   *
   * @param reader its arguments live as long as the call and may be modified
   */
  static void forEach(Model first, Model second, List<TokenSequence> texts, Reader reader) {
    int[] lengths = texts.stream().mapToInt(TokenSequence::length).toArray();
    for (int[] batch : Buckets.plan(lengths, MAX_SEQUENCES, MAX_TOKENS)) {
      try (Scope scope = first.device().openScope();
          Ops ops = new EagerOps(first.device())) {
        List<TokenSequence> chosen = Arrays.stream(batch).mapToObj(texts::get).toList();
        TokenBatch tokens = TokenBatch.of(scope, chosen, first.info());
        reader.read(first.embed(ops, tokens), second.embed(ops, tokens));
      }
    }
  }
}
