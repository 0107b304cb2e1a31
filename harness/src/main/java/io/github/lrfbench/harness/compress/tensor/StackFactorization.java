package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.kernels.Scope;
import java.util.List;

/** Matrices of a stack, decomposed, ready to be stored at any of its points. */
interface StackFactorization {
  /** The points, in the numbers of all matrices together. */
  OperatingPoints points();

  /**
   * The forms of a point.
   *
   * @param scope owns them
   * @return one for each matrix, in their order
   */
  List<Fit> fit(int point, Scope scope);
}
