package io.github.lrfbench.harness.model.bert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.ConfigKeys;
import io.github.lrfbench.harness.model.ConfigValues;
import io.github.lrfbench.harness.model.OutputNames;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.Activation;
import java.nio.file.Path;
import java.util.List;

/**
 * The dimensions of an encoder, read from a Hugging Face {@code config.json}.
 *
 * @param family which member of the BERT family
 * @param vocabulary rows of the word embedding
 * @param hidden H
 * @param embedding width of the embeddings, which a map takes to H where the family has one
 * @param layers number of blocks
 * @param order which of the stored blocks is run when
 * @param heads N, divides H
 * @param intermediate width of the feed-forward layer
 * @param positions rows of the position embedding
 * @param firstPosition row of the position embedding for a sequence's first token
 * @param padding the token that has no place in the count of a text's positions, -1 for none
 * @param types rows of the token type embedding, 0 if there is none
 * @param normEpsilon added to the variance in layer norms
 * @param activation of the feed-forward layer
 * @param causal whether a token sees itself and those before it only
 * @param dropout of training
 * @param labels names of the outputs
 * @param score what makes a score of a single output
 * @param otherHead the class of another kind of model whose head this is, or null
 */
public record EncoderConfig(
    Family family,
    int vocabulary,
    int hidden,
    int embedding,
    int layers,
    BlockOrder order,
    int heads,
    int intermediate,
    int positions,
    int firstPosition,
    int padding,
    int types,
    double normEpsilon,
    Activation activation,
    boolean causal,
    DropoutRates dropout,
    List<String> labels,
    ScoreFunction score,
    String otherHead) {

  /** Path of a stored block, relative to the encoder. */
  String block(int stored) {
    return family == Family.ALBERT
        ? "encoder.albert_layer_groups."
            + stored / order.inner()
            + ".albert_layers."
            + stored % order.inner()
            + "."
        : family.block(stored);
  }

  /** Longest sequence in tokens. */
  public int maxLength() {
    return positions - firstPosition;
  }

  /** Dimensions of a head, D. */
  int headSize() {
    return hidden / heads;
  }

  /** By what the scores of an attention are multiplied: 1/√D. */
  double scoreScale() {
    return 1 / Math.sqrt(headSize());
  }

  /** Reads a configuration that lies in no file. */
  public static EncoderConfig parse(JsonNode json) {
    return parse(Path.of("config.json"), (ObjectNode) json, new Notes());
  }

  /**
   * Reads a configuration.
   *
   * @param file for complaints
   * @param json the parsed {@code config.json}
   * @param notes is told of what is passed over
   * @throws InputException if a value is missing, wrong or not supported
   */
  public static EncoderConfig parse(Path file, ObjectNode json, Notes notes) {
    Family family = Family.of(json.path("model_type").asText(""));
    boolean distil = family == Family.DISTILBERT;
    ObjectNode resolved = ConfigKeys.resolve(json, EncoderKeys.aliases(family));
    ConfigValues values = new ConfigValues(file, resolved);
    ConfigKeys.check(values, EncoderKeys.of(family), notes);
    int positions = values.positive("max_position_embeddings");
    int padding = family == Family.ROBERTA ? padding(values) : -1;
    if (padding + 1 >= positions) {
      throw values.fault(
          "max_position_embeddings "
              + positions
              + " leaves no position after pad_token_id "
              + padding);
    }
    int hidden = values.positive(distil ? "dim" : "hidden_size");
    String headsKey = distil ? "n_heads" : "num_attention_heads";
    int heads = values.positive(headsKey);
    if (hidden % heads != 0) {
      throw values.fault(
          "the hidden size " + hidden + " is not a multiple of '" + headsKey + "', " + heads);
    }
    int layers = values.positive(distil ? "n_layers" : "num_hidden_layers");
    boolean albert = family == Family.ALBERT;
    return new EncoderConfig(
        family,
        values.positive("vocab_size"),
        hidden,
        albert ? values.positive("embedding_size", 128) : hidden,
        layers,
        albert ? BlockOrder.read(values, layers) : BlockOrder.each(layers),
        heads,
        values.positive(distil ? "hidden_dim" : "intermediate_size"),
        positions,
        padding + 1,
        padding,
        distil ? 0 : values.positive("type_vocab_size", 2),
        distil ? 1e-12 : values.number("layer_norm_eps", 1e-12),
        values.activation(distil ? "activation" : "hidden_act", albert ? "gelu_new" : "gelu"),
        !distil && values.flag("is_decoder", false),
        dropout(values, family),
        OutputNames.read(values),
        ConfigKeys.crossEncoderScore(values),
        ConfigKeys.otherHead(resolved));
  }

  /** RoBERTa counts positions from the one after its padding's. */
  private static int padding(ConfigValues values) {
    if (values.json().path("pad_token_id").isNull()) {
      throw values.fault("'pad_token_id' is null, but positions are counted from it");
    }
    return values.integer("pad_token_id", 1, 0, 1 << 20);
  }

  private static DropoutRates dropout(ConfigValues values, Family family) {
    List<String> keys = family.dropoutKeys();
    double usual = family == Family.ALBERT ? 0 : 0.1;
    double hidden = values.rate(keys.get(0), usual);
    double classifier =
        switch (family) {
          case DISTILBERT -> 0.2;
          case ALBERT -> 0.1;
          default -> hidden;
        };
    return new DropoutRates(
        hidden, values.rate(keys.get(1), usual), values.rate(keys.get(2), classifier));
  }
}
