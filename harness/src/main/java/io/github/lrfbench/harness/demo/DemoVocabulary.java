package io.github.lrfbench.harness.demo;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The WordPiece vocabulary of the demo models, built from the synthetic training texts. Endings are
 * pieces of their own, so that a model sees the number of a noun and the form of a verb.
 */
public final class DemoVocabulary {
  /** The number of pieces. */
  public static final int SIZE = 1536;

  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
  private static final int TEXTS_PER_TASK = 10_000;
  private static final List<String> ENDINGS = List.of("ing", "es", "ed", "s", "d");
  private static final int SHORTEST_STEM = 3;
  private static final Pattern WORD = Pattern.compile("[a-z]+|[^a-z ]");

  private DemoVocabulary() {}

  /** The pieces in the order of their ids, built anew (takes about a second). */
  public static List<String> build() {
    Map<String, Long> counts = new TreeMap<>();
    for (DemoTask task : DemoTask.values()) {
      DemoData data = DemoData.of(task, DemoData.SEED, 0, TEXTS_PER_TASK);
      data.train().forEach(example -> example.texts().forEach(text -> count(text, counts)));
    }
    return WordPieces.vocabulary(split(counts), SPECIAL, SIZE);
  }

  /** The same counts with words that are another word and an ending counted as these two. */
  private static Map<String, Long> split(Map<String, Long> counts) {
    Map<String, Long> parts = new TreeMap<>();
    counts.forEach(
        (word, count) -> {
          String ending = ending(word, counts);
          parts.merge(word.substring(0, word.length() - ending.length()), count, Long::sum);
          if (!ending.isEmpty()) {
            parts.merge(WordPieces.CONTINUES + ending, count, Long::sum);
          }
        });
    return parts;
  }

  private static String ending(String word, Map<String, Long> counts) {
    for (String ending : ENDINGS) {
      int stem = word.length() - ending.length();
      if (stem >= SHORTEST_STEM
          && word.endsWith(ending)
          && counts.containsKey(word.substring(0, stem))) {
        return ending;
      }
    }
    return "";
  }

  /** The pieces as {@code vocab.txt}: one a line. */
  public static String text(List<String> pieces) {
    return String.join("\n", pieces) + "\n";
  }

  private static void count(String text, Map<String, Long> counts) {
    Matcher matcher = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (matcher.find()) {
      counts.merge(matcher.group(), 1L, Long::sum);
    }
  }
}
