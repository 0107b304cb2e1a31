package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code tokenizer_config.json} and {@code special_tokens_map.json} say, where a directory has
 * them. As in transformers, the second wins, but does not count, nor does {@code
 * added_tokens.json}, where the first has an {@code added_tokens_decoder}.
 */
final class TokenizerSettings {
  private static final String DECODER = "added_tokens_decoder";
  private static final String EXTRA = "extra_special_tokens";
  private static final String ADDITIONAL = "additional_special_tokens";

  private final Path file;
  private final JsonFields config;
  private final JsonFields map;

  private TokenizerSettings(Path file, JsonFields config, JsonFields map) {
    this.file = file;
    this.config = config;
    this.map = map;
  }

  static TokenizerSettings read(Path directory, Notes notes) {
    Path file = directory.resolve("tokenizer_config.json");
    JsonFields config = fields(file, true, notes);
    boolean decoder = config.names().contains(DECODER);
    JsonFields map = fields(directory.resolve("special_tokens_map.json"), !decoder, notes);
    return new TokenizerSettings(file, config, map);
  }

  private static JsonFields fields(Path file, boolean counts, Notes notes) {
    ObjectNode json =
        counts && Files.exists(file) ? JsonFile.read(file) : JsonNodeFactory.instance.objectNode();
    SettingsKeys.check(file, json, notes);
    return JsonFields.of(file, json);
  }

  /** Where most of the settings are, for complaints. */
  Path file() {
    return file;
  }

  /** The class that is named, or nothing. */
  Optional<String> className() {
    return config.has("tokenizer_class")
        ? Optional.of(config.string("tokenizer_class"))
        : Optional.empty();
  }

  /** A boolean that must not be null where it is set. */
  boolean bool(String name, boolean orElse) {
    JsonFields fields = fieldsOf(name);
    if (!fields.names().contains(name)) {
      return orElse;
    }
    return fields
        .bool(name)
        .orElseThrow(() -> fields.fault(fields.pathOf(name) + " must be true or false"));
  }

  /** A boolean, or nothing where it is absent or null. */
  Optional<Boolean> bool(String name) {
    return fieldsOf(name).bool(name);
  }

  /** True if a file says something of a key, be it null. */
  boolean says(String name) {
    return fieldsOf(name).names().contains(name);
  }

  /** The special token of a name; nothing where it is null or no file says. */
  Optional<AddedToken> token(String name) {
    JsonFields fields = fieldsOf(name);
    return fields.has(name) ? Optional.of(token(fields, name)) : Optional.empty();
  }

  /** The content of a special token that a class of tokenizers cannot do without. */
  String marker(String name, TokenizerKind kind) {
    if (!says(name)) {
      return kind.defaultToken(name);
    }
    String content = token(name).map(AddedToken::content).orElse("");
    if (content.isEmpty()) {
      JsonFields fields = fieldsOf(name);
      throw fields.fault(fields.pathOf(name) + " must not be empty");
    }
    return content;
  }

  /** True if a token is special where {@code added_tokens.json} has it, which knows no flags. */
  boolean names(String content) {
    for (String name : SettingsKeys.NAMED) {
      JsonFields fields = fieldsOf(name);
      boolean text = fields == map || fields.value(name).isTextual();
      if (text && token(name).filter(token -> token.content().equals(content)).isPresent()) {
        return true;
      }
    }
    return knownExtraTokens().stream().anyMatch(token -> token.content().equals(content));
  }

  /** Special tokens under names of the model's own, in the order in which they are added. */
  Map<String, AddedToken> ownTokens() {
    Map<String, AddedToken> own = new LinkedHashMap<>();
    for (JsonFields fields : List.of(config, map)) {
      for (String name : fields.names()) {
        boolean typed = fields == map || fields.value(name).has("__type");
        if (SettingsKeys.isOwnToken(name, fields.value(name)) && typed) {
          own.put(name, token(fields, name));
        }
      }
    }
    for (String name : config.names()) {
      if (SettingsKeys.isOwnToken(name, config.value(name)) && config.value(name).isTextual()) {
        own.put(name, token(config, name));
      }
    }
    for (JsonFields fields : List.of(config, map)) {
      if (fields.value(EXTRA).isObject()) {
        JsonFields tokens = fields.object(EXTRA);
        tokens.names().forEach(name -> own.put(name, token(tokens, name)));
      }
    }
    return own;
  }

  /** Special tokens without names. */
  List<AddedToken> extraTokens() {
    List<AddedToken> extra = knownExtraTokens();
    boolean known =
        isList(config, EXTRA) || isList(map, EXTRA) || config.names().contains(ADDITIONAL);
    if (!known) {
      addAll(extra, map, ADDITIONAL);
    }
    return extra;
  }

  /** Those of them that transformers knows of when it reads {@code added_tokens.json}. */
  private List<AddedToken> knownExtraTokens() {
    List<AddedToken> extra = new ArrayList<>();
    boolean additional = config.value(EXTRA).isEmpty() && config.names().contains(ADDITIONAL);
    if (additional || isList(config, EXTRA)) {
      addAll(extra, config, additional ? ADDITIONAL : EXTRA);
    }
    if (isList(map, EXTRA)) {
      addAll(extra, map, EXTRA);
    }
    return extra;
  }

  private static boolean isList(JsonFields fields, String name) {
    return fields.names().contains(name) && !fields.value(name).isObject();
  }

  private void addAll(List<AddedToken> tokens, JsonFields fields, String name) {
    if (!fields.has(name)) {
      return;
    }
    JsonNode values = fields.array(name);
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i).isTextual()) {
        tokens.add(AddedToken.special(values.get(i).textValue()));
      } else if (values.get(i).has("__type")) {
        tokens.add(AddedToken.read(fields.element(name, i)));
      } else {
        tokens.add(AddedToken.read(fields.element(name, i), true));
      }
    }
  }

  /** The tokens of {@code added_tokens_decoder} by their ids, or nothing where that is absent. */
  Optional<Map<Long, AddedToken>> decoder() {
    if (!config.names().contains(DECODER)) {
      return Optional.empty();
    }
    JsonFields decoder = config.object(DECODER);
    Map<Long, AddedToken> tokens = new LinkedHashMap<>();
    for (String id : decoder.names()) {
      if (!id.matches("\\d{1,9}")) {
        throw decoder.fault(decoder.pathOf(id) + " is no id of a token");
      }
      tokens.put(Long.parseLong(id), AddedToken.read(decoder.object(id)));
    }
    return Optional.of(tokens);
  }

  /** True if overlong texts lose their beginning and not their end. */
  boolean truncatesLeft(boolean orElse) {
    JsonFields fields = fieldsOf("truncation_side");
    if (!fields.has("truncation_side")) {
      return orElse;
    }
    String side = fields.string("truncation_side");
    if (!side.equals("left") && !side.equals("right")) {
      throw fields.fault("'truncation_side' must be 'left' or 'right', not " + Faults.quote(side));
    }
    return side.equals("left");
  }

  /** The most tokens that the tokenizer's owner wants a model to read. */
  int maxLength() {
    String name = says("model_max_length") ? "model_max_length" : "max_len";
    JsonFields fields = fieldsOf(name);
    if (!fields.has(name)) {
      return Integer.MAX_VALUE;
    }
    double length = fields.number(name);
    if (!(length >= 1)) {
      throw fields.fault(fields.pathOf(name) + " must be at least 1");
    }
    return (int) Math.min(length, Integer.MAX_VALUE);
  }

  /** Whether a model is given the tokens' types. */
  boolean givesTypes(boolean orElse) {
    String name = "model_input_names";
    JsonFields fields = fieldsOf(name);
    if (!fields.has(name)) {
      return orElse;
    }
    List<String> names = new ArrayList<>();
    fields.array(name).forEach(value -> names.add(value.asText()));
    if (!names.containsAll(List.of("input_ids", "attention_mask"))) {
      throw fields.fault(fields.pathOf(name) + " must hold 'input_ids' and 'attention_mask'");
    }
    return names.contains("token_type_ids");
  }

  private JsonFields fieldsOf(String name) {
    return map.names().contains(name) ? map : config;
  }

  private AddedToken token(JsonFields fields, String name) {
    if (!fields.value(name).isObject()) {
      return AddedToken.special(fields.string(name));
    }
    JsonFields token = fields.object(name);
    return fields == map ? AddedToken.read(token, true) : AddedToken.read(token).asSpecial();
  }
}
