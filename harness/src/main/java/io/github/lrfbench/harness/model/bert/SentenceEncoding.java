package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.model.ScoreFunction;
import java.util.List;

/**
 * How an encoder makes sentence embeddings.
 *
 * @param pooling one or more, in the order of their parts of the embedding
 * @param score compares two embeddings
 */
public record SentenceEncoding(List<PoolingMode> pooling, ScoreFunction score) {
  /** The mean of the token embeddings, compared by cosine. */
  public static final SentenceEncoding MEAN =
      new SentenceEncoding(List.of(PoolingMode.MEAN), ScoreFunction.COSINE);

  /** Checks that there is something to compare. */
  public SentenceEncoding {
    if (pooling.isEmpty() || !score.comparesEmbeddings()) {
      throw new IllegalArgumentException("no sentence embeddings are made or compared");
    }
    pooling = List.copyOf(pooling);
  }
}
