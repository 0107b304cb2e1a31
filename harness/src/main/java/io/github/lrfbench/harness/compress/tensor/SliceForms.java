package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.tensor.SlotStack.Part;
import io.github.lrfbench.harness.linear.Basis;
import io.github.lrfbench.harness.linear.TensorSlices;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;

/** Makes the forms of a stack's matrices of what decomposes their tensor. */
final class SliceForms {
  private SliceForms() {}

  /** What a decomposition stores. */
  static Point point(long numbers, double error, Kind kind, int r1, int r2, int r3) {
    return new Point(
        numbers,
        OperatingPoints.DENSE_BITS * numbers,
        error,
        kind == Kind.CP ? r1 : 0,
        TensorSlices.label(kind, r1, r2, r3));
  }

  /**
   * The forms.
   *
   * @param shared the factors that all matrices share
   * @param own a row for each slice
   * @param algorithm that gave them
   * @param note what is out of the ordinary
   */
  static List<Fit> of(
      SlotStack stack,
      Kind kind,
      List<Matrix> shared,
      Matrix own,
      String algorithm,
      double ridge,
      String note,
      Scope scope) {
    Basis basis = new Basis(stack.first().name(), shared, scope);
    Diagnostics diagnostics =
        new Diagnostics(algorithm, Double.NaN, Double.NaN, ridge, told(stack) + note);
    List<Fit> fits = new ArrayList<>();
    int row = 0;
    for (Part part : stack.parts()) {
      int end = row + part.slices();
      Matrix rows = own.rows(row, end);
      fits.add(
          new Fit(
              new TensorSlices(kind, basis, rows, part.ofInputs(), null, row == 0), diagnostics));
      row = end;
    }
    return fits;
  }

  /** What tensor a matrix is a part of. */
  private static String told(SlotStack stack) {
    String size = stack.d() + " x " + stack.w() + " x " + stack.slices();
    return stack.parts().size() == 1
        ? "reshaped to a tensor of " + size
        : "slices of a tensor of "
            + size
            + ", the factors of "
            + stack.parts().size()
            + " matrices stored with "
            + stack.first().name();
  }
}
