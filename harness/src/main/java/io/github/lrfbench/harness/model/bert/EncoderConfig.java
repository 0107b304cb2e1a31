package io.github.lrfbench.harness.model.bert;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
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
    int positions = positive(json, "max_position_embeddings");
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
        positive(json, "vocab_size"),
        positive(json, distil ? "dim" : "hidden_size"),
        positive(json, distil ? "n_layers" : "num_hidden_layers"),
        positive(json, distil ? "n_heads" : "num_attention_heads"),
        positive(json, distil ? "hidden_dim" : "intermediate_size"),
        positions,
        firstPosition,
        distil ? 0 : json.path("type_vocab_size").asInt(2),
        json.path("layer_norm_eps").asDouble(1e-12),
        activation(json.path(distil ? "activation" : "hidden_act").asText("gelu")),
        dropout(json, distil),
        labels(json));
  }

  private static int positive(JsonNode json, String key) {
    JsonNode value = json.get(key);
    if (value == null) {
      throw new InputException("config.json: '" + key + "' is missing");
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 1) {
      throw new InputException(
          "config.json: '" + key + "' must be a positive integer, but is " + value);
    }
    return value.asInt();
  }

  private static DropoutRates dropout(JsonNode json, boolean distil) {
    double hidden = rate(json, distil ? "dropout" : "hidden_dropout_prob", 0.1);
    String head = distil ? "seq_classif_dropout" : "classifier_dropout";
    return new DropoutRates(
        hidden,
        rate(json, distil ? "attention_dropout" : "attention_probs_dropout_prob", 0.1),
        rate(json, head, distil ? 0.2 : hidden));
  }

  private static double rate(JsonNode json, String key, double otherwise) {
    JsonNode value = json.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber() || !(value.asDouble() >= 0 && value.asDouble() < 1)) {
      throw new InputException(
          "config.json: '" + key + "' must be a number from 0 to 1, but is " + value);
    }
    return value.asDouble();
  }

  private static Activation activation(String name) {
    return switch (name) {
      case "gelu" -> Activation.GELU;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
      case "relu" -> Activation.RELU;
      default ->
          throw new InputException("config.json: the activation '" + name + "' is not supported");
    };
  }

  private static List<String> labels(JsonNode json) {
    List<String> labels = new ArrayList<>();
    JsonNode named = json.path("id2label");
    int count = named.isObject() ? named.size() : json.path("num_labels").asInt(2);
    for (int i = 0; i < count; i++) {
      labels.add(named.path(Integer.toString(i)).asText("LABEL_" + i));
    }
    return List.copyOf(labels);
  }
}
