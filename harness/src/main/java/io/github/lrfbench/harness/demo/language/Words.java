package io.github.lrfbench.harness.demo.language;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A sentence under construction: words and punctuation marks in order. */
final class Words {
  private static final Set<String> CLOSING = Set.of(".", ",", "?", ";", "!");

  private final List<String> words = new ArrayList<>();

  /** Words of the given phrases; a phrase is words separated by spaces, or empty. */
  static Words of(String... phrases) {
    return new Words().add(phrases);
  }

  Words add(String... phrases) {
    for (String phrase : phrases) {
      if (!phrase.isEmpty()) {
        Collections.addAll(words, phrase.split(" "));
      }
    }
    return this;
  }

  Words add(Words other) {
    words.addAll(other.words);
    return this;
  }

  /** The words separated by spaces, "a" or "an" as the next word asks. */
  String spaced() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words.size(); i++) {
      text.append(i == 0 ? "" : " ").append(written(i));
    }
    return text.toString();
  }

  /** The words as an ordinary sentence: a capital first, punctuation close to its word. */
  String sentence() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words.size(); i++) {
      boolean close = i == 0 || CLOSING.contains(words.get(i));
      text.append(close ? "" : " ").append(written(i));
    }
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private String written(int i) {
    String word = words.get(i);
    boolean article = word.equals("a") && i + 1 < words.size();
    return article ? Inflection.article(words.get(i + 1)) : word;
  }
}
