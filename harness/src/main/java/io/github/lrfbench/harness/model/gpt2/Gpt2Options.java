package io.github.lrfbench.harness.model.gpt2;

/**
 * How the matrices of a GPT-2 are offered to compression.
 *
 * @param splitQkv query, key and value as three matrices and not as one
 * @param untieHead the head of a language model as a matrix of its own, beside the word embedding
 */
public record Gpt2Options(boolean splitQkv, boolean untieHead) {
  /** As checkpoints store them. */
  public static final Gpt2Options DEFAULT = new Gpt2Options(false, false);
}
