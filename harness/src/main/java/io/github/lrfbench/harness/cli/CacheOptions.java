package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.kernels.InputException;
import picocli.CommandLine.Option;

/** Options that say what a language model keeps of the tokens that it has read. */
@OptionTopic.Of(OptionTopic.COMPRESSION)
final class CacheOptions {
  @Option(
      names = "--latent-cache",
      description =
          "GPT-2 language models: where key and value are compressed apart (--split-qkv), keep what lies between their factors instead of them.")
  boolean latent;

  /**
   * The same, and what counts as a matrix, for the loader of a model that will be compressed.
   *
   * @throws InputException if keys and values would not be compressed apart
   */
  Gpt2Options of(Gpt2Options matrices) {
    if (latent && !matrices.splitQkv()) {
      throw new InputException("--latent-cache needs --split-qkv: keys and values as matrices");
    }
    return matrices.withLatentCache(latent);
  }

  /** The same for the loader of a model that is not compressed. */
  Gpt2Options options() {
    return Gpt2Options.DEFAULT.withLatentCache(latent);
  }
}
