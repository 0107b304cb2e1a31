package io.github.lrfbench.harness.e2e.metric;

import java.util.Comparator;
import java.util.List;

/**
 * BLEU of a corpus (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine
 * Translation") with runs of up to four tokens. A reference's length is that closest to the
 * hypothesis, of two equally close ones the shorter. Without smoothing; only that it is defined, a
 * length without any match counts as a match of 1e-15.
 */
public final class Bleu {
  private static final int LONGEST = 4;
  private static final double NO_MATCH = 1e-15;
  private static final double NO_NGRAM = 1e-9;
  private static final double NO_TOKEN = 1e-5;

  private Bleu() {}

  /** BLEU from 0 to 1. */
  public static double of(List<Segment> segments) {
    double logs = 0;
    for (int n = 1; n <= LONGEST; n++) {
      long matches = 0;
      long total = 0;
      for (Segment segment : segments) {
        matches += Ngrams.matches(segment, n).values().stream().mapToInt(count -> count).sum();
        total += Ngrams.total(segment.hypothesis(), n);
      }
      logs += Math.log(Math.max(matches, NO_MATCH) / Math.max(total, NO_NGRAM));
    }
    return brevityPenalty(segments) * Math.exp(logs / LONGEST);
  }

  private static double brevityPenalty(List<Segment> segments) {
    double length = segments.stream().mapToLong(segment -> segment.hypothesis().size()).sum();
    double wanted = segments.stream().mapToLong(Bleu::closestLength).sum();
    return length > wanted ? 1 : Math.exp(1 - wanted / Math.max(length, NO_TOKEN));
  }

  private static int closestLength(Segment segment) {
    int length = segment.hypothesis().size();
    return segment.references().stream()
        .map(List::size)
        .min(
            Comparator.comparingInt((Integer size) -> Math.abs(size - length))
                .thenComparing(Comparator.naturalOrder()))
        .orElseThrow();
  }
}
