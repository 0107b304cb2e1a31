package io.github.lrfbench.harness.e2e.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The NIST score of a corpus (Doddington 2002, "Automatic Evaluation of Machine Translation Quality
 * Using N-gram Co-Occurrence Statistics") with runs of up to five tokens: matches count by their
 * information, log2 of how much rarer a run is in the references than the same run without its last
 * token. A reference's length is the mean over the segment's references.
 */
public final class Nist {
  private static final int LONGEST = 5;

  /** Of the length penalty: 1/2 for a hypothesis of two thirds of the references' length. */
  private static final double BETA = Math.log(2) / (Math.log(1.5) * Math.log(1.5));

  private Nist() {}

  /** The score, at least 0 and without an upper bound. */
  public static double of(List<Segment> segments) {
    Map<List<String>, Integer> inReferences = countReferences(segments);
    double sum = 0;
    for (int n = 1; n <= LONGEST; n++) {
      double information = 0;
      long total = 0;
      for (Segment segment : segments) {
        for (Map.Entry<List<String>, Integer> match : Ngrams.matches(segment, n).entrySet()) {
          information += match.getValue() * information(match.getKey(), inReferences);
        }
        total += Ngrams.total(segment.hypothesis(), n);
      }
      sum += information / Math.max(total, 1);
    }
    return sum * lengthPenalty(segments);
  }

  /** Counts over all references, under the empty run that of all tokens. */
  private static Map<List<String>, Integer> countReferences(List<Segment> segments) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (Segment segment : segments) {
      for (List<String> reference : segment.references()) {
        counts.merge(List.of(), reference.size(), Integer::sum);
        for (int n = 1; n <= LONGEST; n++) {
          Ngrams.count(reference, n).forEach((ngram, k) -> counts.merge(ngram, k, Integer::sum));
        }
      }
    }
    return counts;
  }

  private static double information(List<String> ngram, Map<List<String>, Integer> inReferences) {
    List<String> context = ngram.subList(0, ngram.size() - 1);
    return Math.log((double) inReferences.get(context) / inReferences.get(ngram)) / Math.log(2);
  }

  private static double lengthPenalty(List<Segment> segments) {
    double length = 0;
    double wanted = 0;
    for (Segment segment : segments) {
      length += segment.hypothesis().size();
      List<Integer> sizes = new ArrayList<>();
      segment.references().forEach(reference -> sizes.add(reference.size()));
      wanted += sizes.stream().mapToInt(size -> size).average().orElseThrow();
    }
    if (length == 0) {
      return 0;
    }
    double log = Math.log(Math.min(length / wanted, 1));
    return Math.exp(-BETA * log * log);
  }
}
