package io.github.lrfbench.benchmarks.regress;

/**
 * What a call cannot do without: the products of its weights and of its attention, and the reading
 * of weights that no cache holds.
 *
 * @param flops floating-point operations of products
 * @param bytes of weights
 */
record Work(double flops, double bytes) {
  private static final int LAYERS = 12;
  private static final int HIDDEN = 768;
  private static final int WORDS = 50_257;

  /** Inputs times outputs of a layer's six matrices, and the sums of both. */
  private static final double ELEMENTS = 12.0 * HIDDEN * HIDDEN;

  private static final double SIDES = 18.0 * HIDDEN;

  /**
   * A pass of bert-base.
   *
   * @param rank of all matrices; 0 where they are dense
   */
  static Work bert(int rank, int batch, int tokens) {
    double weights = LAYERS * (rank == 0 ? ELEMENTS : SIDES * rank);
    double rows = (double) batch * tokens;
    return new Work(2 * rows * weights + attention(rows, tokens), Float.BYTES * weights);
  }

  /**
   * A pass of gpt2-small for the last token's logits. Of the last block only keys and values are
   * needed of all tokens; attention looks at half of the pairs of tokens.
   */
  static Work gpt2(int batch, int tokens) {
    double square = (double) HIDDEN * HIDDEN;
    double head = (double) WORDS * HIDDEN;
    double rows = (double) batch * tokens;
    double ofAll = (LAYERS - 1) * ELEMENTS + 2 * square;
    double ofLast = ELEMENTS - 2 * square + head;
    double pairs = (LAYERS - 1) * rows * tokens / 2 + rows;
    return new Work(
        2 * rows * ofAll + 2 * batch * ofLast + 4 * pairs * HIDDEN,
        Float.BYTES * (LAYERS * ELEMENTS + head));
  }

  /** A token of gpt2-small, with keys and values of those before it. */
  static Work decode(int batch, int tokens) {
    double weights = LAYERS * ELEMENTS + (double) WORDS * HIDDEN;
    double cache = 2.0 * LAYERS * batch * tokens * HIDDEN;
    return new Work(2 * batch * weights + 2 * cache, Float.BYTES * (weights + cache));
  }

  /**
   * The second moments of the inputs of all of bert-base's matrices: a pass, and of the four inputs
   * of a layer a symmetric product, half of which is computed.
   *
   * @param rows tokens
   */
  static Work moments(double rows) {
    double weights = LAYERS * ELEMENTS;
    double squares = LAYERS * (3.0 + 16) * HIDDEN * HIDDEN;
    return new Work(rows * (2 * weights + squares), Float.BYTES * weights);
  }

  /**
   * The same and the gradients of all of the matrices, by two products back for each of the pass.
   *
   * @param rows tokens
   */
  static Work gradientsAndMoments(double rows) {
    Work moments = moments(rows);
    return new Work(moments.flops + 4 * rows * LAYERS * ELEMENTS, moments.bytes);
  }

  /** So many times as much arithmetic on the same weights. */
  Work times(double factor) {
    return new Work(factor * flops, bytes);
  }

  /** Scores and sums of values. */
  private static double attention(double rows, int tokens) {
    return 4 * LAYERS * rows * tokens * HIDDEN;
  }

  /** The time that no program can go below on this machine, by its roofline. */
  double millis(Limits limits) {
    return Math.max(flops / (limits.gigaFlops() * 1e6), bytes / (limits.bandwidth() * 1e6));
  }
}
