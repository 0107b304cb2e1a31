package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.OperatingPoints;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How many singular values a matrix has that count: the exponential of the entropy of their shares
 * in their sum (Roy and Vetterli 2007).
 */
final class EffectiveRank {
  private EffectiveRank() {}

  /** That of a matrix whose points are its ranks, by the errors of these; NaN of one of zeros. */
  static double of(OperatingPoints points) {
    double[] values = new double[points.count()];
    double sum = 0;
    double before = points.energy();
    for (int i = 0; i < values.length; i++) {
      double after = points.get(i).squaredError();
      values[i] = Math.sqrt(Math.max(0, before - after));
      sum += values[i];
      before = after;
    }
    double entropy = sum > 0 ? 0 : Double.NaN;
    for (double value : values) {
      double share = value / sum;
      entropy -= share > 0 ? share * Math.log(share) : 0;
    }
    return Math.exp(entropy);
  }

  /** The mean of the effective ranks of every type, as parts of the full ranks, for a reader. */
  static String byType(List<String> types, List<OperatingPoints> points) {
    Map<String, List<Double>> parts = new LinkedHashMap<>();
    for (int i = 0; i < points.size(); i++) {
      OperatingPoints of = points.get(i);
      parts
          .computeIfAbsent(types.get(i), type -> new ArrayList<>())
          .add(of(of) / Math.min(of.rows(), of.cols()));
    }
    List<String> texts = new ArrayList<>();
    parts.forEach(
        (type, all) -> {
          double mean = all.stream().mapToDouble(part -> part).average().orElseThrow();
          texts.add(String.format(Locale.ROOT, "%s:%.3f", type, mean));
        });
    return String.join("|", texts);
  }
}
