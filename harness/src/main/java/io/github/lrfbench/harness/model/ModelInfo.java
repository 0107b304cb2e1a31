package io.github.lrfbench.harness.model;

import java.util.List;

/**
 * What a model is, apart from its weights.
 *
 * @param architecture {@code bert}, {@code roberta}, {@code distilbert}, {@code albert}, {@code
 *     gpt2}
 * @param output what the forward pass returns
 * @param labels names of the outputs in the checkpoint's order; of a sentence encoder and of a
 *     language model empty
 * @param score what makes a score of a SCORE's output, or of two EMBEDDINGs; else the identity
 * @param vocabularySize rows of the word embedding
 * @param types rows of the token type embedding, 0 if there is none
 * @param padding the token that is taken for padding wherever it stands in a text, -1 for none
 * @param maxLength longest sequence in tokens
 * @param hiddenSize width of the hidden states
 */
public record ModelInfo(
    String architecture,
    Output output,
    List<String> labels,
    ScoreFunction score,
    int vocabularySize,
    int types,
    int padding,
    int maxLength,
    int hiddenSize) {

  /** Kinds of forward pass. */
  public enum Output {
    /** One logit per class. */
    CLASSES,
    /** One score. */
    SCORE,
    /** A sentence embedding, compared with another's. */
    EMBEDDING,
    /** Logits of the token that follows. */
    NEXT_TOKEN
  }
}
