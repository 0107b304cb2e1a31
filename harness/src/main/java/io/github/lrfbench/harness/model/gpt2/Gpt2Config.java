package io.github.lrfbench.harness.model.gpt2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.KnownKeys;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.ConfigKeys;
import io.github.lrfbench.harness.model.ConfigValues;
import io.github.lrfbench.harness.model.OutputNames;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ops.Activation;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
 * @param padding the token that a classifier takes for padding wherever it stands, -1 for none
 * @param labels names of a classifier's outputs
 * @param score what makes a score of a classifier's single output
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
    int padding,
    List<String> labels,
    ScoreFunction score) {
  /** The value of {@code model_type}. */
  public static final String MODEL_TYPE = "gpt2";

  /** The keys that hold the rates of dropout: of embeddings, attention and what is added. */
  public static final List<String> DROPOUT_KEYS =
      List.of("embd_pdrop", "attn_pdrop", "resid_pdrop");

  private static final Map<String, String> ALIASES =
      Map.of(
          "hidden_size", "n_embd",
          "max_position_embeddings", "n_positions",
          "num_attention_heads", "n_head",
          "num_hidden_layers", "n_layer");

  private static final KnownKeys KEYS =
      ConfigKeys.COMMON.toBuilder()
          .read("n_positions", "n_ctx", "n_embd", "n_layer", "n_head", "n_inner")
          .read("activation_function", "layer_norm_epsilon", "scale_attn_weights")
          .read("scale_attn_by_inverse_layer_idx", "embd_pdrop", "attn_pdrop", "resid_pdrop")
          // The order of a product's steps.
          .inert("reorder_and_upcast_attn")
          // Of the second head of GPT2DoubleHeadsModel, and of token classification.
          .inert("summary_type", "summary_use_proj", "summary_activation")
          .inert("summary_proj_to_labels", "summary_first_dropout", "summary_last_dropout")
          .inert("classifier_dropout", "hidden_dropout", "predict_special_tokens")
          // GPT-2 is a decoder whatever this says.
          .inert("is_decoder")
          .build();

  /** Reads a configuration that lies in no file. */
  public static Gpt2Config parse(JsonNode json) {
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
  public static Gpt2Config parse(Path file, ObjectNode json, Notes notes) {
    ConfigValues values = new ConfigValues(file, ConfigKeys.resolve(json, ALIASES));
    ConfigKeys.check(values, KEYS, notes);
    int hidden = values.positive("n_embd");
    int heads = values.positive("n_head");
    if (hidden % heads != 0) {
      throw values.fault("n_embd " + hidden + " is not a multiple of n_head " + heads);
    }
    // Old files say n_ctx alone.
    boolean old = !values.json().hasNonNull("n_positions") && json.hasNonNull("n_ctx");
    return new Gpt2Config(
        values.positive("vocab_size"),
        hidden,
        values.positive("n_layer"),
        heads,
        values.positive("n_inner", 4 * hidden),
        values.positive(old ? "n_ctx" : "n_positions"),
        values.number("layer_norm_epsilon", 1e-5),
        values.activation("activation_function", "gelu_new"),
        values.flag("scale_attn_weights", true),
        values.flag("scale_attn_by_inverse_layer_idx", false),
        values.flag("tie_word_embeddings", true),
        new DropoutRates(
            values.rate(DROPOUT_KEYS.get(0), 0.1),
            values.rate(DROPOUT_KEYS.get(1), 0.1),
            values.rate(DROPOUT_KEYS.get(2), 0.1)),
        values.integer("pad_token_id", -1, -1, Integer.MAX_VALUE),
        OutputNames.read(values),
        ConfigKeys.crossEncoderScore(values));
  }

  /** Dimensions of a head. */
  int headSize() {
    return hidden / heads;
  }

  /** By what the scores of a block's attention are multiplied. */
  double scoreScale(int layer) {
    double scale = scaled ? 1 / Math.sqrt(headSize()) : 1;
    return scaledByLayer ? scale / (layer + 1) : scale;
  }
}
