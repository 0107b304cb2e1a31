package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.model.bert.Family;
import io.github.lrfbench.harness.model.gpt2.Gpt2Config;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.kernels.InputException;
import java.util.List;

/**
 * How a checkpoint is taken for training.
 *
 * @param fromScratch draws all weights anew
 * @param options what counts as a matrix of a GPT-2
 * @param dropout the rate of every dropout, in [0, 1), also in what is written; null for those of
 *     the checkpoint
 * @param seed of what is drawn
 */
public record TrainingStart(boolean fromScratch, Gpt2Options options, Double dropout, long seed) {
  /** Checks the rate. */
  public TrainingStart {
    if (dropout != null && !(dropout >= 0 && dropout < 1)) {
      throw new InputException("--dropout must be at least 0 and below 1, but is " + dropout);
    }
  }

  /** The checkpoint as it is; a head that does not fit is drawn with {@code seed}. */
  public static TrainingStart stored(long seed) {
    return new TrainingStart(false, Gpt2Options.DEFAULT, null, seed);
  }

  /** Puts the rate into a {@code config.json} of a known {@code model_type}. */
  void setDropout(ObjectNode config) {
    if (dropout != null) {
      String type = config.path("model_type").asText("");
      List<String> keys =
          type.equals(Gpt2Config.MODEL_TYPE)
              ? Gpt2Config.DROPOUT_KEYS
              : Family.of(type).dropoutKeys();
      keys.forEach(key -> config.put(key, dropout));
    }
  }
}
