package io.github.lrfbench.harness.e2e.metric;

import java.util.List;

/**
 * ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries") as the evaluation of
 * MS-COCO captions has it: an F-measure of the longest common subsequence that weighs recall 1.44
 * times, with the best precision and the best recall over the references, which need not be the
 * same one's.
 */
public final class RougeL {
  private static final double BETA_SQUARED = 1.2 * 1.2;

  private RougeL() {}

  /** The mean over segments, from 0 to 1. */
  public static double of(List<Segment> segments) {
    return segments.stream().mapToDouble(RougeL::of).average().orElse(Double.NaN);
  }

  /** Of one segment, from 0 to 1. */
  public static double of(Segment segment) {
    double precision = 0;
    double recall = 0;
    for (List<String> reference : segment.references()) {
      double common = longestCommonSubsequence(segment.hypothesis(), reference);
      // Without tokens there is nothing in common, so that the divisor does not matter.
      precision = Math.max(precision, common / Math.max(1, segment.hypothesis().size()));
      recall = Math.max(recall, common / Math.max(1, reference.size()));
    }
    if (precision == 0) {
      return 0;
    }
    return (1 + BETA_SQUARED) * precision * recall / (recall + BETA_SQUARED * precision);
  }

  private static int longestCommonSubsequence(List<String> a, List<String> b) {
    int[] row = new int[b.size() + 1];
    for (String token : a) {
      int diagonal = 0;
      for (int j = 1; j <= b.size(); j++) {
        int above = row[j];
        row[j] = token.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
        diagonal = above;
      }
    }
    return row[b.size()];
  }
}
