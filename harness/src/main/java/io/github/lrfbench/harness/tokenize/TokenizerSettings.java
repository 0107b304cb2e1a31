package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code tokenizer_config.json} and {@code special_tokens_map.json} say, where a directory has
 * them. As in transformers, they win over {@code tokenizer.json}.
 */
final class TokenizerSettings {
  private final List<JsonFields> files;

  private TokenizerSettings(List<JsonFields> files) {
    this.files = files;
  }

  static TokenizerSettings read(Path directory) {
    List<JsonFields> files = new ArrayList<>();
    for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
      Path file = directory.resolve(name);
      if (Files.exists(file)) {
        files.add(JsonFields.of(file, JsonFile.read(file)));
      }
    }
    return new TokenizerSettings(files);
  }

  /** A boolean, or nothing where it is not set. */
  Optional<Boolean> bool(String name) {
    return files.stream().filter(file -> file.has(name)).findFirst().flatMap(f -> f.bool(name));
  }

  /** The text of a special token, for example of {@code cls_token}. */
  String token(String name, String orElse) {
    for (JsonFields file : files) {
      JsonNode value = file.value(name);
      if (value.isObject()) {
        return file.object(name).string("content");
      }
      if (file.has(name)) {
        return file.string(name);
      }
    }
    return orElse;
  }

  /** True if overlong texts lose their beginning and not their end. */
  boolean truncatesLeft() {
    return files.stream().anyMatch(file -> file.string("truncation_side", "right").equals("left"));
  }
}
