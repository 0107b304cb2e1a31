package io.github.lrfbench.harness.glue;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** From a label as files spell it to its number. */
final class LabelParser {
  private static final double HIGHEST_SCORE = 5;
  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{0,20})?");

  private final Map<String, Double> classes = new HashMap<>();

  LabelParser(GlueTask task) {
    for (GlueLabel label : task.labels()) {
      classes.put(label.inFile(), (double) classes.size());
    }
  }

  /** The class's position or the score; NaN if the text is neither. */
  double parse(String text) {
    if (!classes.isEmpty()) {
      return classes.getOrDefault(text, Double.NaN);
    }
    double score = DECIMAL.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
    return score <= HIGHEST_SCORE ? score : Double.NaN;
  }
}
