package io.github.lrfbench.harness.estimate;

import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.shapes.Work;
import io.github.lrfbench.harness.sweep.CallShape;
import io.github.lrfbench.kernels.DType;
import java.util.List;
import java.util.function.IntPredicate;

/** Up to which rank two factors are estimated to be faster than what they take the place of. */
final class BreakEvenRank {
  private BreakEvenRank() {}

  /**
   * Of a matrix alone: the product with it, against the two with its factors.
   *
   * @param rows m, outputs
   * @param cols n, inputs
   * @param tokens that are multiplied at once
   * @return the largest rank that is faster; 0 if none is
   */
  static int ofMatrix(int rows, int cols, long tokens, DType dtype, DeviceFigures figures) {
    double dense = figures.millis(Work.product(tokens, cols, rows, dtype));
    return largest(
        Math.min(rows, cols),
        rank ->
            figures.millis(Work.product(tokens, cols, rank, dtype))
                    + figures.millis(Work.product(tokens, rank, rows, dtype))
                < dense);
  }

  /**
   * Of a model, all slots being factored at one rank, as far as they have so many.
   *
   * @return the largest rank that is faster; 0 if none is
   */
  static int ofModel(
      Model dense, List<LinearSlot> slots, CallShape shape, int batch, DeviceFigures figures) {
    double whole = PassEstimate.of(shape, dense, batch, figures).millis();
    int most =
        slots.stream()
            .map(LinearSlot::linear)
            .mapToInt(linear -> Math.min(linear.outputs(), linear.inputs()))
            .max()
            .orElse(0);
    return largest(
        most,
        rank -> {
          try (Model factored = ShapeCompression.factored(dense, slots, rank)) {
            return PassEstimate.of(shape, factored, batch, figures).millis() < whole;
          }
        });
  }

  /** Where the parameters are equal: the sum of m n / the sum of m + n. */
  static double ofParameters(List<LinearSlot> slots) {
    double numbers = 0;
    double perRank = 0;
    for (LinearSlot slot : slots) {
      numbers += (double) slot.linear().outputs() * slot.linear().inputs();
      perRank += slot.linear().outputs() + slot.linear().inputs();
    }
    return numbers / perRank;
  }

  /** The largest number from 1 on that passes; what is larger than one that fails does too. */
  static int largest(int limit, IntPredicate passes) {
    int passing = 0;
    int failing = limit + 1;
    while (failing - passing > 1) {
      int middle = passing + (failing - passing) / 2;
      if (passes.test(middle)) {
        passing = middle;
      } else {
        failing = middle;
      }
    }
    return passing;
  }
}
