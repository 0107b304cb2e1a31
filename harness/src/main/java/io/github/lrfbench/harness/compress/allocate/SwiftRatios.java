package io.github.lrfbench.harness.compress.allocate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rule of Swift-SVD* (Qi et al. 2026), as the paper has it and not its code: among the matrices
 * of one type a part δ of the budget is shared out evenly, the rest in proportion to β^α ln(e +
 * ε)^(1 − α). β is 1 for the block that changes its inputs least and 2 for the one that does most,
 * ε the error of the matrix where all are cut alike.
 *
 * @param alpha α, from 0, by errors alone, to 1, by blocks alone
 * @param delta δ
 * @param influence of the matrices' blocks: the mean of 1 − cos between what goes in and what comes
 *     out; all 0 where α is
 */
record SwiftRatios(double alpha, double delta, double[] influence) implements Allocator {
  /** How many α are tried, from 0 to 1. */
  static final int TRIED = 11;

  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    double even = Shares.part(matrices, terms);
    List<Choices> choices = Selection.choices(matrices, Importance.EQUAL.weights(matrices), terms);
    double[] errors = new double[matrices.size()];
    Arrays.setAll(
        errors,
        i -> {
          Choices of = choices.get(i);
          return of.error(of.within(even * of.cost(of.count() - 1)));
        });
    double[] importance = importance();
    double[] parts = new double[errors.length];
    for (List<Integer> type : types(matrices)) {
      int[] members = type.stream().mapToInt(Integer::intValue).toArray();
      double[] shares =
          shares(
              Arrays.stream(members).mapToDouble(i -> importance[i]).toArray(),
              Arrays.stream(members).mapToDouble(i -> errors[i]).toArray());
      for (int j = 0; j < members.length; j++) {
        parts[members[j]] = shares[j];
      }
    }
    double least = Arrays.stream(parts).filter(part -> part > 0).min().orElse(1);
    return Shares.choose(
        matrices,
        terms,
        1 / least,
        kept -> Arrays.stream(parts).map(part -> Math.min(1, kept * part)).toArray());
  }

  private static List<List<Integer>> types(List<Candidate> matrices) {
    Map<String, List<Integer>> types = new LinkedHashMap<>();
    for (int i = 0; i < matrices.size(); i++) {
      types.computeIfAbsent(matrices.get(i).type(), type -> new ArrayList<>()).add(i);
    }
    return List.copyOf(types.values());
  }

  /** β of all matrices. */
  double[] importance() {
    double least = Arrays.stream(influence).min().orElseThrow();
    double range = Arrays.stream(influence).max().orElseThrow() - least;
    return Arrays.stream(influence).map(x -> range > 0 ? 1 + (x - least) / range : 1).toArray();
  }

  /**
   * What each matrix of a type gets, as multiples of an even share; their mean is 1.
   *
   * @param importance β of each
   * @param errors ε of each
   */
  double[] shares(double[] importance, double[] errors) {
    double[] scores = new double[errors.length];
    for (int i = 0; i < scores.length; i++) {
      double ofError = Math.log(Math.E + Math.max(0, errors[i]));
      scores[i] = Math.pow(importance[i], alpha) * Math.pow(ofError, 1 - alpha);
    }
    double mean = Arrays.stream(scores).average().orElseThrow();
    return Arrays.stream(scores).map(score -> delta + (1 - delta) * score / mean).toArray();
  }
}
