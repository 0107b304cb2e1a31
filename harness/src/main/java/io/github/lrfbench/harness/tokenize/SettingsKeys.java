package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.KnownKeys;
import io.github.lrfbench.harness.input.Notes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What is known of the keys of {@code tokenizer_config.json} and {@code special_tokens_map.json}.
 */
final class SettingsKeys {
  /** The special tokens that have a name in transformers, in its order. */
  static final List<String> NAMED =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private static final KnownKeys KEYS =
      KnownKeys.builder()
          .read(NAMED.toArray(String[]::new))
          .read("tokenizer_class", "model_max_length", "max_len", "model_input_names")
          .read("added_tokens_decoder", "additional_special_tokens", "extra_special_tokens")
          .read("do_lower_case", "strip_accents", "tokenize_chinese_chars", "keep_accents")
          .read("never_split", "do_basic_tokenize", "clean_text", "wordpieces_prefix")
          .read("add_prefix_space", "add_bos_token", "add_eos_token")
          .read("truncation_side", "clean_up_tokenization_spaces")
          // What a model says of a text does not depend on texts beside it, nor on their padding.
          .only("padding_side", "left", "right")
          .inert("padding", "pad_to_multiple_of", "pad_token_id", "pad_token_type_id")
          // Kept by transformers, but used nowhere.
          .inert("max_length", "stride", "truncation", "truncation_strategy", "return_tensors")
          .inert("bos_token_id", "eos_token_id", "unk_token_id", "cls_token_id", "sep_token_id")
          .inert("mask_token_id", "model_type", "transformers_version", "add_special_tokens")
          .inert("name_or_path", "is_local", "local_files_only", "files_loaded", "backend")
          .inert("tokenizer_file", "vocab_file", "merges_file", "special_tokens_map_file")
          .inert("full_tokenizer_file", "use_fast", "verbose", "processor_class", "_commit_hash")
          .inert("chat_template", "chat_control_tokens", "response_template", "response_schema")
          .inert("errors", "trim_offsets")
          .refused("auto_map", "split_special_tokens", "fast_tokenizer_files", "init_inputs")
          .refused("vocab", "merges", "tokenizer_object", "post_processor", "gguf_file")
          .refused("tokenizer_truncation", "tokenizer_padding", "_json_truncation", "_json_padding")
          .refused("model_specific_special_tokens")
          .refused("clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output")
          .build();

  /** Keys of old versions that transformers 5 takes and passes over, and what was their default. */
  private static final Map<String, String> RETIRED =
      Map.of(
          "never_split", "[]",
          "do_basic_tokenize", "true",
          "clean_text", "true",
          "wordpieces_prefix", "\"##\"");

  private SettingsKeys() {}

  static void check(Path file, ObjectNode object, Notes notes) {
    ObjectNode known = object.deepCopy();
    object
        .properties()
        .forEach(
            entry -> {
              if (isOwnToken(entry.getKey(), entry.getValue())) {
                known.remove(entry.getKey());
              }
            });
    KEYS.check(file, known, notes);
    for (String key :
        List.of("never_split", "do_basic_tokenize", "clean_text", "wordpieces_prefix")) {
      if (object.hasNonNull(key) && !object.get(key).toString().equals(RETIRED.get(key))) {
        notes.add(file, "passes over " + Faults.quote(key) + ", as transformers 5 does");
      }
    }
  }

  /** Whether a key names a special token of this model's own. */
  static boolean isOwnToken(String key, JsonNode value) {
    return key.endsWith("_token")
        && !NAMED.contains(key)
        && (value.isTextual() || value.isObject());
  }
}
