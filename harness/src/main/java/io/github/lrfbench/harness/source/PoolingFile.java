package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.KnownKeys;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.bert.PoolingMode;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The {@code config.json} of a pooling module.
 *
 * @param modes one or more, in the order of their parts of the embedding
 * @param includePrompt whether the tokens of a prompt are pooled too
 */
record PoolingFile(List<PoolingMode> modes, boolean includePrompt) {
  private static final String MODE = "pooling_mode";

  /** Keys of old versions, in the order of the parts. */
  private static final Map<String, String> FLAGS = new LinkedHashMap<>();

  static {
    FLAGS.put("pooling_mode_cls_token", "cls");
    FLAGS.put("pooling_mode_max_tokens", "max");
    FLAGS.put("pooling_mode_mean_tokens", "mean");
    FLAGS.put("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens");
    FLAGS.put("pooling_mode_weightedmean_tokens", "weightedmean");
    FLAGS.put("pooling_mode_lasttoken", "lasttoken");
  }

  private static final KnownKeys KEYS =
      KnownKeys.builder()
          .read(MODE, "include_prompt")
          .read(FLAGS.keySet().toArray(String[]::new))
          // The transformer's width, which is known.
          .inert("word_embedding_dimension", "embedding_dimension")
          .build();

  static PoolingFile read(Path file, Notes notes) {
    ObjectNode json = JsonFile.read(file);
    KEYS.check(file, json, notes);
    JsonFields fields = JsonFields.of(file, json);
    return new PoolingFile(
        names(file, fields).stream().map(name -> mode(file, name)).toList(),
        fields.bool("include_prompt").orElse(true));
  }

  private static List<String> names(Path file, JsonFields fields) {
    List<String> names = new ArrayList<>();
    if (fields.has(MODE)) {
      JsonNode value = fields.value(MODE);
      for (JsonNode name : value.isArray() ? value : List.of(value)) {
        if (!name.isTextual()) {
          throw Faults.of(file, "'pooling_mode' must be a text or a list of texts");
        }
        names.add(name.textValue());
      }
      if (names.isEmpty()) {
        throw Faults.of(file, "'pooling_mode' names no mode");
      }
      return names;
    }
    FLAGS.forEach(
        (key, name) -> {
          if (fields.bool(key).orElse(false)) {
            names.add(name);
          }
        });
    return names.isEmpty() ? List.of("mean") : names;
  }

  private static PoolingMode mode(Path file, String name) {
    return switch (name) {
      case "cls" -> PoolingMode.CLS;
      case "mean" -> PoolingMode.MEAN;
      case "lasttoken" -> PoolingMode.LAST_TOKEN;
      case "max", "mean_sqrt_len_tokens", "weightedmean" ->
          throw fault(file, name, " is not supported; cls, mean and lasttoken are");
      default -> throw fault(file, name, " is unknown");
    };
  }

  private static InputException fault(Path file, String name, String what) {
    return Faults.of(file, "the pooling mode " + Faults.quote(name) + what);
  }
}
