package io.github.lrfbench.harness.evaluate;

import io.github.lrfbench.harness.glue.GlueDataset;
import io.github.lrfbench.harness.glue.GlueExample;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.Device;
import java.util.List;

/**
 * The examples of a task as token sequences. Cross-encoders read both texts of an example in one
 * sequence; sentence encoders read each text alone.
 *
 * @param dataset where the examples come from
 * @param sequences one for each example, or of a sentence encoder the first text of each
 * @param seconds of a sentence encoder the second text of each, otherwise empty
 */
public record TokenizedDataset(
    GlueDataset dataset, List<TokenSequence> sequences, List<TokenSequence> seconds) {

  /**
   * Tokenizes a dataset.
   *
   * @param maxLength sequences are truncated to this many tokens
   * @param separately true for a sentence encoder
   * @param device whose workers do it
   */
  public static TokenizedDataset of(
      GlueDataset dataset, Tokenizer tokenizer, int maxLength, boolean separately, Device device) {
    List<GlueExample> examples = dataset.examples();
    TokenSequence[] sequences = new TokenSequence[examples.size()];
    TokenSequence[] seconds = new TokenSequence[separately ? examples.size() : 0];
    device.forEach(
        examples.size(),
        i -> {
          GlueExample example = examples.get(i);
          String beside = separately ? null : example.second();
          sequences[i] = tokenizer.encode(example.first(), beside, maxLength);
          if (separately) {
            seconds[i] = tokenizer.encode(example.second(), null, maxLength);
          }
        });
    return new TokenizedDataset(dataset, List.of(sequences), List.of(seconds));
  }
}
