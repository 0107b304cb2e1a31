package io.github.lrfbench.harness.model.gpt2;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.model.ConfigValues;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;

/**
 * The dimensions of a GPT-2, read from a Hugging Face {@code config.json}.
 *
 * @param vocabulary V, rows of the word embedding
 * @param hidden H
 * @param layers number of blocks
 * @param heads N, divides H
 * @param intermediate width of the feed-forward layer
 * @param positions rows of the position embedding
 * @param normEpsilon added to the variance in layer norms
 * @param activation of the feed-forward layer
 * @param scaled whether scores are divided by √(H / N)
 * @param scaledByLayer whether scores are divided by the block's number, from 1, too
 * @param tied whether the head of a language model is the word embedding
 * @param dropout of training
 * @param labels names of a classifier's outputs
 */
public record Gpt2Config(
    int vocabulary,
    int hidden,
    int layers,
    int heads,
    int intermediate,
    int positions,
    double normEpsilon,
    Activation activation,
    boolean scaled,
    boolean scaledByLayer,
    boolean tied,
    DropoutRates dropout,
    List<String> labels) {
  /** The value of {@code model_type}. */
  public static final String MODEL_TYPE = "gpt2";

  /** Checks that the heads divide the hidden size. */
  public Gpt2Config {
    if (hidden % heads != 0) {
      throw new InputException(
          "config.json: n_embd " + hidden + " is not a multiple of n_head " + heads);
    }
  }

  /**
   * Reads a configuration.
   *
   * @param json the parsed {@code config.json}
   * @throws InputException if a value is missing, wrong or not supported
   */
  public static Gpt2Config parse(JsonNode json) {
    if (json.path("add_cross_attention").asBoolean(false)) {
      throw new InputException("config.json: add_cross_attention is not supported");
    }
    int hidden = ConfigValues.positive(json, "n_embd");
    boolean wide = json.hasNonNull("n_inner");
    // Old files say n_ctx alone.
    boolean old = !json.hasNonNull("n_positions") && json.hasNonNull("n_ctx");
    return new Gpt2Config(
        ConfigValues.positive(json, "vocab_size"),
        hidden,
        ConfigValues.positive(json, "n_layer"),
        ConfigValues.positive(json, "n_head"),
        wide ? ConfigValues.positive(json, "n_inner") : Math.multiplyExact(4, hidden),
        ConfigValues.positive(json, old ? "n_ctx" : "n_positions"),
        json.path("layer_norm_epsilon").asDouble(1e-5),
        ConfigValues.activation(json.path("activation_function").asText("gelu_new")),
        json.path("scale_attn_weights").asBoolean(true),
        json.path("scale_attn_by_inverse_layer_idx").asBoolean(false),
        json.path("tie_word_embeddings").asBoolean(true),
        new DropoutRates(
            ConfigValues.rate(json, "embd_pdrop", 0.1),
            ConfigValues.rate(json, "attn_pdrop", 0.1),
            ConfigValues.rate(json, "resid_pdrop", 0.1)),
        ConfigValues.labels(json));
  }

  /** By what the scores of a block's attention are multiplied. */
  double scoreScale(int layer) {
    double scale = scaled ? 1 / Math.sqrt((double) hidden / heads) : 1;
    return scaledByLayer ? scale / (layer + 1) : scale;
  }
}
