package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import picocli.CommandLine.Option;

/** Options that say what counts as a matrix of a GPT-2. */
@OptionTopic.Of(OptionTopic.COMPRESSION)
final class MatrixOptions {
  @Option(
      names = "--split-qkv",
      description =
          "GPT-2: query, key and value (c_attn) are three matrices to compress. Default: they are one.")
  boolean splitQkv;

  @Option(
      names = "--untie-head",
      description =
          "GPT-2 language models: the head is a matrix to compress, apart from the word embedding; a head that this changes is stored beside it, and ratios are still to the checkpoint that held one.")
  boolean untieHead;

  /** The same for the loader. */
  Gpt2Options options() {
    return new Gpt2Options(splitQkv, untieHead);
  }
}
