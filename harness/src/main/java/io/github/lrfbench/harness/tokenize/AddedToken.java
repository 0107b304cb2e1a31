package io.github.lrfbench.harness.tokenize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.input.JsonFields;
import java.text.Normalizer;

/**
 * A token that is recognized as it stands, before a text is split.
 *
 * @param content what it looks like
 * @param singleWord does not match within a word
 * @param lstrip takes the spaces before it along
 * @param rstrip takes the spaces behind it along
 * @param normalized is looked for in the normalized text, not in the text as it was given
 * @param special is left out of decoded texts
 */
record AddedToken(
    String content,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {

  /** A special token of which no more is known than its name. */
  static AddedToken special(String content) {
    return new AddedToken(content, false, false, false, false, true);
  }

  /** A token of {@code added_tokens.json}, which knows no flags. */
  static AddedToken plain(String content, boolean special) {
    return new AddedToken(content, false, false, false, !special, special);
  }

  /** A token as {@code AddedToken(**fields)} makes it in Python. */
  static AddedToken read(JsonFields fields) {
    return read(fields, fields.bool("special").orElse(false));
  }

  /** A token as {@code AddedToken(**fields, special=special)} makes it in Python. */
  static AddedToken read(JsonFields fields, boolean special) {
    return new AddedToken(
        fields.string("content"),
        fields.bool("single_word").orElse(false),
        fields.bool("lstrip").orElse(false),
        fields.bool("rstrip").orElse(false),
        fields.bool("normalized").orElse(!special),
        special);
  }

  /** The same as a special token; whether it is looked for in normalized text stays. */
  AddedToken asSpecial() {
    return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
  }

  /**
   * True if a normalizer may leave nothing of the token that is looked for. The native library ends
   * the process where it looks for nothing.
   */
  boolean mayVanish() {
    return normalized
        && Normalizer.normalize(content, Normalizer.Form.NFKD)
            .codePoints()
            .allMatch(
                c ->
                    switch (Character.getType(c)) {
                      case Character.CONTROL, Character.FORMAT, Character.UNASSIGNED -> true;
                      case Character.PRIVATE_USE, Character.SURROGATE -> true;
                      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> true;
                      case Character.COMBINING_SPACING_MARK -> true;
                      default -> c == 0xFFFD;
                    });
  }

  /** The token in the format of {@code tokenizer.json}. */
  ObjectNode json(int id) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("content", content)
        .put("single_word", singleWord)
        .put("lstrip", lstrip)
        .put("rstrip", rstrip)
        .put("normalized", normalized)
        .put("special", special);
  }
}
