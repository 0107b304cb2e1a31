package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.DenseBaseline;
import java.util.Locale;

/**
 * One way to compress a model.
 *
 * @param method the method's name
 * @param budget what it may keep, or null for the dense model
 * @param seed of everything random
 */
record Variant(String method, Budget budget, long seed) {
  /** The model as it is. */
  static Variant dense(long seed) {
    return new Variant(DenseBaseline.NAME, null, seed);
  }

  boolean isDense() {
    return budget == null;
  }

  /** What a user reads in progress and plans. */
  String describe() {
    return isDense()
        ? method
        : String.format(Locale.ROOT, "%s %s %s", method, budget.kind(), plain(budget.value()));
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
