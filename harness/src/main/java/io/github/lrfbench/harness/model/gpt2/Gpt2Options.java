package io.github.lrfbench.harness.model.gpt2;

/**
 * How the matrices of a GPT-2 are offered to compression, and how it uses them.
 *
 * @param splitQkv query, key and value as three matrices and not as one
 * @param untieHead the head of a language model as a matrix of its own, beside the word embedding
 * @param latentCache whether a language model's cache keeps of factored keys and values what lies
 *     between the factors
 */
public record Gpt2Options(boolean splitQkv, boolean untieHead, boolean latentCache) {
  /** As checkpoints store them. */
  public static final Gpt2Options DEFAULT = new Gpt2Options(false, false);

  /** Options with a cache of keys and values. */
  public Gpt2Options(boolean splitQkv, boolean untieHead) {
    this(splitQkv, untieHead, false);
  }

  /** The same but for the cache. */
  public Gpt2Options withLatentCache(boolean latent) {
    return new Gpt2Options(splitQkv, untieHead, latent);
  }
}
