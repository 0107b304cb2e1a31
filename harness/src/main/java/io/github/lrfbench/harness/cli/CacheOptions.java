package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import picocli.CommandLine.Option;

/** Options that say what a language model keeps of the tokens that it has read. */
final class CacheOptions {
  @Option(
      names = "--latent-cache",
      description =
          "GPT-2 language models: where key and value are compressed apart (--split-qkv), keep what lies between their factors instead of them.")
  boolean latent;

  /** The same for the loader of a model that is not compressed. */
  Gpt2Options options() {
    return Gpt2Options.DEFAULT.withLatentCache(latent);
  }
}
