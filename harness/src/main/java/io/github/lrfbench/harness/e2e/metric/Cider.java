package io.github.lrfbench.harness.e2e.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * CIDEr (Vedantam, Zitnick and Parikh 2015, "CIDEr: Consensus-based Image Description Evaluation")
 * as the evaluation of MS-COCO captions has it: the cosine of vectors of tf-idf weights over runs
 * of one to four tokens, with the hypothesis's weights clipped to the reference's and a Gaussian
 * penalty on the difference of lengths. The idf comes from the segments' references, so that a
 * score compares only with one on the same data, and is 0 for a single segment.
 */
public final class Cider {
  private static final int LONGEST = 4;
  private static final double SIGMA = 6;
  private static final double SCALE = 10;

  private final Map<List<String>, Integer> frequencies = new HashMap<>();
  private final double logSegments;

  private Cider(List<Segment> segments) {
    for (Segment segment : segments) {
      for (int n = 1; n <= LONGEST; n++) {
        Ngrams.largestCount(segment.references(), n)
            .keySet()
            .forEach(ngram -> frequencies.merge(ngram, 1, Integer::sum));
      }
    }
    logSegments = Math.log(segments.size());
  }

  /** The mean over segments, from 0 to 10. */
  public static double of(List<Segment> segments) {
    return perSegment(segments).stream().mapToDouble(score -> score).average().orElse(Double.NaN);
  }

  /** The score of every segment, from 0 to 10. */
  public static List<Double> perSegment(List<Segment> segments) {
    Cider cider = new Cider(segments);
    return segments.stream().map(cider::score).toList();
  }

  private double score(Segment segment) {
    Weights hypothesis = weights(segment.hypothesis());
    double sum = 0;
    for (List<String> reference : segment.references()) {
      sum += similarity(hypothesis, weights(reference));
    }
    return SCALE * sum / segment.references().size();
  }

  /**
   * A text as vectors.
   *
   * @param byLength weights of the runs of 1 to 4 tokens
   * @param norms of these vectors
   * @param length how many pairs of tokens there are
   */
  private record Weights(List<Map<List<String>, Double>> byLength, double[] norms, int length) {}

  private Weights weights(List<String> tokens) {
    List<Map<List<String>, Double>> byLength = new ArrayList<>();
    double[] norms = new double[LONGEST];
    for (int n = 1; n <= LONGEST; n++) {
      Map<List<String>, Double> vector = new HashMap<>();
      double squares = 0;
      for (Map.Entry<List<String>, Integer> entry : Ngrams.count(tokens, n).entrySet()) {
        int frequency = Math.max(1, frequencies.getOrDefault(entry.getKey(), 0));
        double weight = entry.getValue() * (logSegments - Math.log(frequency));
        vector.put(entry.getKey(), weight);
        squares += weight * weight;
      }
      byLength.add(vector);
      norms[n - 1] = Math.sqrt(squares);
    }
    return new Weights(byLength, norms, Ngrams.total(tokens, 2));
  }

  /** The mean over the lengths of runs, from 0 to 1. */
  private static double similarity(Weights hypothesis, Weights reference) {
    double sum = 0;
    for (int n = 0; n < LONGEST; n++) {
      Map<List<String>, Double> wanted = reference.byLength.get(n);
      double product = 0;
      for (Map.Entry<List<String>, Double> entry : hypothesis.byLength.get(n).entrySet()) {
        double weight = wanted.getOrDefault(entry.getKey(), 0.0);
        product += Math.min(entry.getValue(), weight) * weight;
      }
      double norms = hypothesis.norms[n] * reference.norms[n];
      sum += norms == 0 ? 0 : product / norms;
    }
    double difference = hypothesis.length - reference.length;
    return sum / LONGEST * Math.exp(-difference * difference / (2 * SIGMA * SIGMA));
  }
}
