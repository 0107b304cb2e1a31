package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.ranking.Difference.Test;
import io.github.lrfbench.harness.report.ranking.Samples.Sample;
import io.github.lrfbench.harness.statistics.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Differences between contenders, with the best test that there is for them.
 *
 * <p>Where the predictions of both lie beside their rows, the difference is resampled over examples
 * (Efron 1979), both being scored on the same ones; of a single seed and accuracy the p-value is
 * that of McNemar's exact test. Otherwise the squared standard errors of both are added, as if they
 * had been scored on different examples: an interval too wide rather than too narrow. Over several
 * seeds the variance of the differences between rows of one seed is added, divided by the number of
 * seeds; the degrees of freedom are Welch and Satterthwaite's.
 */
final class Comparisons {
  private final Metric metric;
  private final Samples samples;

  Comparisons(Metric metric) {
    this.metric = metric;
    this.samples = new Samples(metric);
  }

  Samples samples() {
    return samples;
  }

  /** How much better the first is than the second over some seeds, which both have. */
  Difference of(Contender first, Contender second, Set<Long> seeds) {
    int sign = metric.sign(first.first());
    List<Double> gains = new ArrayList<>();
    for (long seed : seeds) {
      gains.add(sign * (metric.of(first.rows().get(seed)) - metric.of(second.rows().get(seed))));
    }
    double gain = Statistics.mean(gains);
    double ofSeeds = Statistics.variance(gains) / gains.size();
    List<Sample[]> pairs = pairs(first, second, seeds);
    double paired = pairs.isEmpty() ? Double.NaN : variance(pairs);
    boolean isPaired = !Double.isNaN(paired);
    double ofExamples =
        isPaired
            ? paired
            : first.score(metric, seeds).examplesVariance()
                + second.score(metric, seeds).examplesVariance();
    double variance = ofExamples + ofSeeds;
    double freedom =
        ofSeeds == 0
            ? Double.POSITIVE_INFINITY
            : (gains.size() - 1) * (variance / ofSeeds) * (variance / ofSeeds);
    if (isPaired && seeds.size() == 1 && metric.name(first.first()).equals("accuracy")) {
      Sample one = pairs.get(0)[0];
      Sample other = pairs.get(0)[1];
      double p = Statistics.mcNemar(one.onlyRight(other), other.onlyRight(one));
      return new Difference(gain, variance, freedom, p, Test.MCNEMAR);
    }
    return Difference.of(gain, variance, freedom, isPaired ? Test.BOOTSTRAP : Test.UNPAIRED);
  }

  /** The predictions of both for each seed; none unless all are there and fit. */
  private List<Sample[]> pairs(Contender first, Contender second, Set<Long> seeds) {
    List<Sample[]> pairs = new ArrayList<>();
    for (long seed : seeds) {
      Optional<Sample> one = samples.of(first.rows().get(seed));
      Optional<Sample> other = samples.of(second.rows().get(seed));
      if (one.isEmpty() || other.isEmpty() || !one.get().isPairOf(other.get())) {
        return List.of();
      }
      pairs.add(new Sample[] {one.get(), other.get()});
    }
    return pairs;
  }

  /** The variance over resamples of the mean difference; NaN where resamples have no metric. */
  private static double variance(List<Sample[]> pairs) {
    int resamples = pairs.get(0)[0].resampled().length;
    List<Double> differences = new ArrayList<>();
    for (int i = 0; i < resamples; i++) {
      double sum = 0;
      for (Sample[] pair : pairs) {
        sum += pair[0].resampled()[i] - pair[1].resampled()[i];
      }
      if (!Double.isNaN(sum)) {
        differences.add(sum / pairs.size());
      }
    }
    return 2 * differences.size() > resamples ? Statistics.variance(differences) : Double.NaN;
  }
}
