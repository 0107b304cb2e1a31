package io.github.lrfbench.harness.e2e;

import io.github.lrfbench.harness.e2e.metric.Bleu;
import io.github.lrfbench.harness.e2e.metric.Cider;
import io.github.lrfbench.harness.e2e.metric.MtevalTokenizer;
import io.github.lrfbench.harness.e2e.metric.Nist;
import io.github.lrfbench.harness.e2e.metric.PtbTokenizer;
import io.github.lrfbench.harness.e2e.metric.RougeL;
import io.github.lrfbench.harness.e2e.metric.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How well generated texts do by the metrics of the E2E NLG challenge, METEOR left out.
 *
 * @param bleu from 0 to 1
 * @param nist at least 0
 * @param rougeL from 0 to 1
 * @param cider from 0 to 10
 * @param items how many texts
 */
public record E2eScore(double bleu, double nist, double rougeL, double cider, int items) {
  /**
   * Scores texts.
   *
   * @param items what was to be said
   * @param generated one text for each
   */
  public static E2eScore of(List<E2eItem> items, List<String> generated) {
    if (items.size() != generated.size()) {
      throw new IllegalArgumentException(generated.size() + " texts for " + items.size());
    }
    List<Segment> mteval = segments(items, generated, MtevalTokenizer::tokenize);
    List<Segment> treebank = segments(items, generated, PtbTokenizer::tokenize);
    return new E2eScore(
        Bleu.of(mteval), Nist.of(mteval), RougeL.of(treebank), Cider.of(treebank), items.size());
  }

  private static List<Segment> segments(
      List<E2eItem> items, List<String> generated, Function<String, List<String>> tokenizer) {
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      List<List<String>> references = items.get(i).references().stream().map(tokenizer).toList();
      segments.add(new Segment(tokenizer.apply(generated.get(i)), references));
    }
    return segments;
  }
}
