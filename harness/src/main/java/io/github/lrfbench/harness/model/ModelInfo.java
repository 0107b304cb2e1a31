package io.github.lrfbench.harness.model;

import java.util.List;

/**
 * What a model is, apart from its weights.
 *
 * @param architecture {@code bert}, {@code roberta}, {@code distilbert}, {@code gpt2}
 * @param output what the forward pass returns
 * @param labels names of the outputs in the checkpoint's order; of a sentence encoder and of a
 *     language model empty
 * @param vocabularySize rows of the word embedding
 * @param maxLength longest sequence in tokens
 * @param hiddenSize width of the hidden states
 */
public record ModelInfo(
    String architecture,
    Output output,
    List<String> labels,
    int vocabularySize,
    int maxLength,
    int hiddenSize) {

  /** Kinds of forward pass. */
  public enum Output {
    /** One logit per class. */
    CLASSES,
    /** One score. */
    SCORE,
    /** A sentence embedding, compared by cosine. */
    EMBEDDING,
    /** Logits of the token that follows. */
    NEXT_TOKEN
  }
}
