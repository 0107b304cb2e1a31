package io.github.lrfbench.harness.model.bert;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.model.ConfigValues;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;

/**
 * The dimensions of an encoder, read from a Hugging Face {@code config.json}.
 *
 * @param family which member of the BERT family
 * @param vocabulary rows of the word embedding
 * @param hidden H
 * @param layers number of blocks
 * @param heads N, divides H
 * @param intermediate width of the feed-forward layer
 * @param positions rows of the position embedding
 * @param firstPosition row of the position embedding for a sequence's first token
 * @param types rows of the token type embedding, 0 if there is none
 * @param normEpsilon added to the variance in layer norms
 * @param activation of the feed-forward layer
 * @param dropout of training
 * @param labels names of the outputs
 */
public record EncoderConfig(
    Family family,
    int vocabulary,
    int hidden,
    int layers,
    int heads,
    int intermediate,
    int positions,
    int firstPosition,
    int types,
    double normEpsilon,
    Activation activation,
    DropoutRates dropout,
    List<String> labels) {

  /** Checks that the heads divide the hidden size. */
  public EncoderConfig {
    if (hidden % heads != 0) {
      throw new InputException(
          "config.json: the hidden size "
              + hidden
              + " is not a multiple of the "
              + heads
              + " attention heads");
    }
  }

  /** Longest sequence in tokens. */
  public int maxLength() {
    return positions - firstPosition;
  }

  /**
   * Reads a configuration.
   *
   * @param json the parsed {@code config.json}
   * @throws InputException if a value is missing, wrong or not supported
   */
  public static EncoderConfig parse(JsonNode json) {
    Family family = Family.of(json.path("model_type").asText(""));
    boolean distil = family == Family.DISTILBERT;
    String positionType = json.path("position_embedding_type").asText("absolute");
    if (!positionType.equals("absolute")) {
      throw new InputException(
          "config.json: position_embedding_type '" + positionType + "' is not supported");
    }
    int padding = json.path("pad_token_id").asInt(family == Family.ROBERTA ? 1 : 0);
    int positions = ConfigValues.positive(json, "max_position_embeddings");
    int firstPosition = family == Family.ROBERTA ? padding + 1 : 0;
    if (firstPosition >= positions) {
      throw new InputException(
          "config.json: max_position_embeddings "
              + positions
              + " leaves no position after pad_token_id "
              + padding);
    }
    return new EncoderConfig(
        family,
        ConfigValues.positive(json, "vocab_size"),
        ConfigValues.positive(json, distil ? "dim" : "hidden_size"),
        ConfigValues.positive(json, distil ? "n_layers" : "num_hidden_layers"),
        ConfigValues.positive(json, distil ? "n_heads" : "num_attention_heads"),
        ConfigValues.positive(json, distil ? "hidden_dim" : "intermediate_size"),
        positions,
        firstPosition,
        distil ? 0 : json.path("type_vocab_size").asInt(2),
        json.path("layer_norm_eps").asDouble(1e-12),
        ConfigValues.activation(json.path(distil ? "activation" : "hidden_act").asText("gelu")),
        dropout(json, distil),
        ConfigValues.labels(json));
  }

  private static DropoutRates dropout(JsonNode json, boolean distil) {
    double hidden = ConfigValues.rate(json, distil ? "dropout" : "hidden_dropout_prob", 0.1);
    String head = distil ? "seq_classif_dropout" : "classifier_dropout";
    return new DropoutRates(
        hidden,
        ConfigValues.rate(json, distil ? "attention_dropout" : "attention_probs_dropout_prob", 0.1),
        ConfigValues.rate(json, head, distil ? 0.2 : hidden));
  }
}
