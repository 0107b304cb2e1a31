package io.github.lrfbench.harness.demo;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The WordPiece vocabulary of the demo models, built from the synthetic training texts. */
public final class DemoVocabulary {
  /** The number of pieces. */
  public static final int SIZE = 1536;

  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
  private static final int TEXTS_PER_TASK = 10_000;
  private static final Pattern WORD = Pattern.compile("[a-z]+|[^a-z ]");

  private DemoVocabulary() {}

  /** The pieces in the order of their ids, built anew (takes about a second). */
  public static List<String> build() {
    Map<String, Long> counts = new TreeMap<>();
    for (DemoTask task : DemoTask.values()) {
      DemoData data = DemoData.of(task, DemoData.SEED, 0, TEXTS_PER_TASK);
      data.train().forEach(example -> example.texts().forEach(text -> count(text, counts)));
    }
    return WordPieces.vocabulary(counts, SPECIAL, SIZE);
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
