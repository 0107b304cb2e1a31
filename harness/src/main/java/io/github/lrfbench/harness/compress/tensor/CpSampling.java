package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.SplittableRandom;

/**
 * Some equations of a least squares problem of CP, drawn uniformly with replacement: rows of the
 * Khatri-Rao product of two factors and what the tensor has in their places (CPRAND, Battaglino,
 * Ballard and Kolda 2018, without mixing).
 */
final class CpSampling {
  /** Equations for each unknown are this times log R. */
  private static final int FACTOR = 10;

  private final SliceTensor tensor;
  private final double[] values;
  private final SplittableRandom random;

  CpSampling(SliceTensor tensor, SplittableRandom random) {
    this.tensor = tensor;
    this.values = tensor.x().data().toDoubles();
    this.random = random;
  }

  /** How many equations are drawn: 10 R log R. */
  static long count(int rank) {
    return (long) Math.ceil(FACTOR * rank * Math.log(rank + 1.0));
  }

  /** Whether a mode has more equations than are drawn. */
  boolean helps(int mode, int rank) {
    long equations = 1;
    for (int other = 0; other < 3; other++) {
      equations *= other == mode ? 1 : tensor.size(other);
    }
    return count(rank) < equations;
  }

  /**
   * Equations.
   *
   * @param products rows of the Khatri-Rao product, F64 [S, R]
   * @param observed what the tensor has, F64 [S, size of the mode]
   */
  record Sample(Matrix products, Matrix observed) {}

  /** Draws equations for a mode. */
  Sample draw(int mode, CpFactors now, Scope scope) {
    int rank = now.rank();
    int count = Math.toIntExact(count(rank));
    int size = tensor.size(mode);
    double[] products = new double[count * rank];
    double[] observed = new double[count * size];
    int[] index = new int[3];
    for (int s = 0; s < count; s++) {
      for (int other = 0; other < 3; other++) {
        index[other] = random.nextInt(tensor.size(other));
      }
      for (int r = 0; r < rank; r++) {
        double product = 1;
        for (int other = 0; other < 3; other++) {
          product *= other == mode ? 1 : now.factors()[other][index[other] * rank + r];
        }
        products[s * rank + r] = product;
      }
      for (int i = 0; i < size; i++) {
        index[mode] = i;
        observed[s * size + i] = at(index);
      }
    }
    return new Sample(
        Matrix.of(scope.doubles(products, count, rank)),
        Matrix.of(scope.doubles(observed, count, size)));
  }

  private double at(int[] index) {
    int row = index[SliceTensor.SLICES] * tensor.w() + index[SliceTensor.COLUMNS];
    return values[row * tensor.size(SliceTensor.ROWS) + index[SliceTensor.ROWS]];
  }
}
