package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.JsonFields;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.input.Notes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tokens that a tokenizer recognizes beside those of its model, with the ids that transformers
 * gives them: those of the vocabulary where that has them, and otherwise the next free ones in
 * order, whatever the files say.
 *
 * @param json the tokens in the format of {@code tokenizer.json}
 * @param ids of all tokens, those of the vocabulary included
 * @param declaredSize one more than the largest id of a token that a file brings along. A special
 *     token that the files only name, or not even that, may lie beyond a model's embeddings.
 * @param size one more than the largest id
 */
record AddedTokens(ArrayNode json, Map<String, Integer> ids, int declaredSize, int size) {
  private static final String FIELD = "added_tokens";

  /** Characters of a token. */
  private static final int LONGEST = 1000;

  /** Characters of all tokens. */
  private static final int MOST_CHARACTERS = 1 << 22;

  /**
   * Collects them.
   *
   * @param whole what a {@code tokenizer.json} holds; or null
   * @param vocabulary the model's tokens
   * @param normalizes whether texts are normalized before tokens are looked for in them
   * @param paddingToken which a {@code tokenizer.json} names, or null
   */
  static AddedTokens of(
      Path directory,
      TokenizerSettings settings,
      TokenizerKind kind,
      JsonFields whole,
      ObjectNode vocabulary,
      boolean normalizes,
      String paddingToken,
      Notes notes) {
    Map<Long, AddedToken> declared = declared(directory, settings, whole);
    List<AddedToken> tokens = new ArrayList<>();
    Set<String> known = new HashSet<>();
    if (kind == TokenizerKind.GENERIC) {
      ofFile(whole).forEach((id, token) -> tokens.add(token));
    }
    List<AddedToken> named = named(settings, kind, paddingToken);
    for (AddedToken token : declared.values()) {
      boolean isNamed = named.stream().anyMatch(name -> name.content().equals(token.content()));
      AddedToken full = isNamed ? token.asSpecial() : token;
      if (!tokens.contains(token)) {
        tokens.add(full);
      }
    }
    tokens.forEach(token -> known.add(token.content()));
    int declaredCount = tokens.size();
    for (AddedToken token : named) {
      if (!known.contains(token.content()) && !tokens.contains(token)) {
        tokens.add(token);
      }
    }
    for (AddedToken token : settings.extraTokens()) {
      if (!known.contains(token.content()) && !tokens.contains(token)) {
        tokens.add(token);
      }
    }
    check(directory, tokens, normalizes);
    return assign(directory, tokens, declaredCount, vocabulary, declared, notes);
  }

  private static List<AddedToken> named(
      TokenizerSettings settings, TokenizerKind kind, String paddingToken) {
    List<AddedToken> named = new ArrayList<>();
    for (String name : SettingsKeys.NAMED) {
      Optional<AddedToken> token = settings.token(name);
      if (token.isEmpty() && !settings.says(name)) {
        token = Optional.ofNullable(kind.defaultToken(name)).map(AddedToken::special);
        if (name.equals("pad_token") && kind == TokenizerKind.GENERIC) {
          token = Optional.ofNullable(paddingToken).map(AddedToken::special);
        }
      }
      token.ifPresent(named::add);
    }
    named.addAll(settings.ownTokens().values());
    return named;
  }

  private static Map<Long, AddedToken> declared(
      Path directory, TokenizerSettings settings, JsonFields whole) {
    Optional<Map<Long, AddedToken>> decoder = settings.decoder();
    if (decoder.isPresent()) {
      return new TreeMap<>(decoder.get());
    }
    Map<Long, AddedToken> declared = new TreeMap<>();
    Path file = directory.resolve("added_tokens.json");
    if (Files.exists(file)) {
      JsonFields tokens = JsonFields.of(file, JsonFile.read(file));
      for (String content : tokens.names()) {
        declared.put(
            (long) tokens.index(content), AddedToken.plain(content, settings.names(content)));
      }
    }
    declared.putAll(ofFile(whole));
    return declared;
  }

  /** What a {@code tokenizer.json} adds, in its order. */
  private static Map<Long, AddedToken> ofFile(JsonFields whole) {
    Map<Long, AddedToken> tokens = new LinkedHashMap<>();
    if (whole != null && whole.has(FIELD)) {
      for (JsonFields token : whole.objects(FIELD)) {
        tokens.put((long) token.index("id"), AddedToken.read(token));
      }
    }
    return tokens;
  }

  /** The native library ends the process over some tokens, and takes minutes over long ones. */
  private static void check(Path directory, List<AddedToken> tokens, boolean normalizes) {
    long characters = 0;
    for (AddedToken token : tokens) {
      String content = token.content();
      characters += content.length();
      if (content.length() > LONGEST) {
        throw Faults.of(
            directory,
            "an added token has "
                + content.length()
                + " characters; at most "
                + LONGEST
                + " are supported");
      }
      if (normalizes && !content.isEmpty() && token.mayVanish()) {
        throw Faults.of(
            directory,
            "the added token "
                + Faults.quote(content)
                + " has no character that a normalizer leaves");
      }
    }
    if (characters > MOST_CHARACTERS) {
      throw Faults.of(
          directory,
          "the added tokens have "
              + characters
              + " characters; at most "
              + MOST_CHARACTERS
              + " are supported");
    }
  }

  private static AddedTokens assign(
      Path directory,
      List<AddedToken> tokens,
      int declaredCount,
      ObjectNode vocabulary,
      Map<Long, AddedToken> declared,
      Notes notes) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    int size = 0;
    for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
      int id = entry.getValue().intValue();
      ids.put(entry.getKey(), id);
      // No text yields the token of a blank line, so that no model needs an embedding for it.
      size = entry.getKey().isEmpty() ? size : Math.max(size, id + 1);
    }
    int next = vocabulary.size();
    int declaredSize = size;
    ArrayNode json = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < tokens.size(); i++) {
      AddedToken token = tokens.get(i);
      if (token.content().isEmpty()) {
        continue;
      }
      int id = ids.getOrDefault(token.content(), next);
      ids.put(token.content(), id);
      // The next token follows the largest added id, be that of the vocabulary or beyond it.
      next = Math.max(next, id + 1);
      size = Math.max(size, id + 1);
      declaredSize = i < declaredCount ? size : declaredSize;
      json.add(token.json(id));
    }
    declared.forEach(
        (id, token) -> {
          Integer given = ids.get(token.content());
          if (given != null && given.longValue() != id) {
            notes.add(
                directory,
                "the token "
                    + Faults.quote(token.content())
                    + " should have the id "
                    + id
                    + ", but has "
                    + given
                    + ", as in transformers");
          }
        });
    return new AddedTokens(json, ids, declaredSize, size);
  }
}
