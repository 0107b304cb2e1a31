package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.KnownKeys;
import io.github.lrfbench.harness.input.Notes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is known of the keys that the {@code config.json} of every model may have. */
public final class ConfigKeys {
  /** Attributes of transformers' PreTrainedConfig, of today and of old versions. */
  public static final KnownKeys COMMON =
      KnownKeys.builder()
          .read("model_type", "architectures", "vocab_size", "tokenizer_class", "auto_map")
          .read("id2label", "label2id", "num_labels", "problem_type", "tie_word_embeddings")
          .read("bos_token_id", "eos_token_id", "sep_token_id", "pad_token_id")
          .read("sentence_transformers", "sbert_ce_default_activation_function")
          // Where it came from and what of it is returned.
          .inert("lrfbench", "transformers_version", "name_or_path", "_name_or_path")
          .inert("_commit_hash", "output_hidden_states", "output_attentions", "return_dict")
          .inert("use_cache", "gradient_checkpointing", "torchscript", "_num_labels")
          // Of versions 2 and 3.
          .inert("output_past", "eos_token_ids", "xla_device", "tf_legacy_loss", "do_lower_case")
          .inert("finetuning_task", "task_specific_params", "prefix", "is_composition")
          // The same numbers by another way. All are computed in what --dtype says.
          .inert("dtype", "torch_dtype", "use_bfloat16", "chunk_size_feed_forward")
          .inert("attn_implementation", "_attn_implementation", "_attn_implementation_autoset")
          .inert("_attn_implementation_internal", "_experts_implementation")
          .inert("_experts_implementation_internal", "experts_implementation")
          // Weights are read, not drawn.
          .inert("initializer_range", "initializer_factor")
          // Of encoders with a decoder.
          .inert("decoder_start_token_id", "tie_encoder_decoder", "cross_attention_hidden_size")
          // Of generation, which asks generation_config.json.
          .inert("assistant_confidence_threshold", "assistant_lookbehind", "bad_words_ids")
          .inert("begin_suppress_tokens", "diversity_penalty", "do_sample", "early_stopping")
          .inert("encoder_no_repeat_ngram_size", "encoder_repetition_penalty", "epsilon_cutoff")
          .inert("eta_cutoff", "exponential_decay_length_penalty", "forced_bos_token_id")
          .inert("forced_eos_token_id", "length_penalty", "max_length", "min_length")
          .inert("no_repeat_ngram_size", "num_assistant_tokens", "num_assistant_tokens_schedule")
          .inert("num_beam_groups", "num_beams", "num_return_sequences", "output_scores")
          .inert("remove_invalid_values", "repetition_penalty", "return_dict_in_generate")
          .inert("suppress_tokens", "target_lookbehind", "temperature", "top_k", "top_p")
          .inert("typical_p")
          // Other models.
          .only("is_encoder_decoder", false)
          .only("add_cross_attention", false)
          .refused("quantization_config", "compression_config", "pruned_heads")
          .refused("per_layer_config", "rope_parameters", "rope_scaling", "rope_theta")
          .build();

  private static final List<String> OTHER_HEADS =
      List.of(
          "ForTokenClassification",
          "ForMultipleChoice",
          "ForQuestionAnswering",
          "ForNextSentencePrediction");

  private ConfigKeys() {}

  /**
   * Holds a file against a table.
   *
   * @param notes is told what in it is not used
   * @throws io.github.lrfbench.kernels.InputException if a key asks for what is not supported
   */
  public static void check(ConfigValues values, KnownKeys keys, Notes notes) {
    Path file = values.file();
    keys.check(file, values.json(), notes);
    if (values.json().hasNonNull("auto_map")) {
      notes.add(file, "'auto_map' names code of the model's own, which is not run");
    }
    values.integer("num_labels", 2, 1, 1 << 16);
    values.integer("pad_token_id", 0, Integer.MIN_VALUE, Integer.MAX_VALUE);
    String problem = values.text("problem_type", "");
    switch (problem) {
      case "", "regression", "single_label_classification" -> {
        // As the number of outputs says.
      }
      case "multi_label_classification" ->
          notes.add(
              file,
              "'problem_type' is 'multi_label_classification'; the likeliest label is taken for"
                  + " the only one");
      default ->
          throw values.fault("'problem_type' " + Faults.quote(problem) + " is not supported");
    }
  }

  /**
   * Moves values from other names of keys to their own. Where both are there, the other name's
   * counts, as it does in transformers.
   *
   * @param aliases from other names to own ones
   * @return a copy
   */
  public static ObjectNode resolve(ObjectNode json, Map<String, String> aliases) {
    ObjectNode resolved = json.deepCopy();
    aliases.forEach(
        (other, own) -> {
          JsonNode value = resolved.remove(other);
          if (value != null) {
            resolved.set(own, value);
          }
        });
    return resolved;
  }

  /**
   * The class that {@code architectures} names if its head is of another kind than a classifier of
   * texts, though its tensors may bear the same names; else null.
   */
  public static String otherHead(JsonNode json) {
    for (JsonNode name : json.path("architectures")) {
      if (OTHER_HEADS.stream().anyMatch(name.asText()::endsWith)) {
        return name.asText();
      }
    }
    return null;
  }

  /**
   * What a cross-encoder of sentence-transformers does with its only output; the identity of other
   * models, whose configuration does not speak of it.
   *
   * @throws io.github.lrfbench.kernels.InputException if it is another function
   */
  public static ScoreFunction crossEncoderScore(ConfigValues values) {
    JsonNode block = values.json().path("sentence_transformers");
    String key = "sbert_ce_default_activation_function";
    JsonNode named = values.json().path(key);
    if (!block.isMissingNode() && !block.isNull()) {
      if (!block.isObject()) {
        throw values.fault("'sentence_transformers' must be an object");
      }
      if (block.has("activation_fn") || !named.isTextual()) {
        key = "sentence_transformers.activation_fn";
        // What sentence-transformers takes where none is named.
        named = block.hasNonNull("activation_fn") ? block.get("activation_fn") : null;
      }
    } else if (named.isMissingNode() || named.isNull()) {
      return ScoreFunction.IDENTITY;
    }
    if (named == null) {
      return ScoreFunction.SIGMOID;
    }
    return switch (named.asText()) {
      case "torch.nn.modules.activation.Sigmoid", "torch.nn.Sigmoid" -> ScoreFunction.SIGMOID;
      case "torch.nn.modules.linear.Identity", "torch.nn.Identity" -> ScoreFunction.IDENTITY;
      default ->
          throw values.fault(
              "'" + key + "': " + Faults.quote(named.toString()) + " is not supported");
    };
  }
}
