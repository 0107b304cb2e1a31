package io.github.lrfbench.harness.linear;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/** A sum of R Kronecker products, W = Σₖ Aₖ ⊗ Bₖ. */
public final class KroneckerFormat implements LinearFormat {
  /** [m1, n1 R], element (i1, j1 R + k) being Aₖ[i1, j1]. */
  static final String A = ".kronecker.a";

  /** [m2, n2 R], element (i2, j2 R + k) being Bₖ[i2, j2]. */
  static final String B = ".kronecker.b";

  @Override
  public boolean holds(TensorShapes tensors, String module) {
    return tensors.has(module + A);
  }

  @Override
  public int outputs(TensorShapes tensors, String module) {
    return Math.multiplyExact(
        LinearFormats.rows(tensors, module + A), LinearFormats.rows(tensors, module + B));
  }

  @Override
  public Linear read(ModuleTensors tensors, Place place) {
    int m1 = LinearFormats.rows(tensors, place.module() + A);
    int m2 = LinearFormats.rows(tensors, place.module() + B);
    int ofA = columns(tensors, place.module() + A);
    int ofB = columns(tensors, place.module() + B);
    // n1 R times n2 R is n R².
    int terms = (int) Math.round(Math.sqrt((double) ofA * ofB / place.inputs()));
    boolean fits =
        terms > 0
            && (long) ofA * ofB == (long) terms * terms * place.inputs()
            && ofA % terms == 0
            && ofB % terms == 0
            && (long) m1 * m2 == place.outputs();
    if (!fits) {
      throw new InputException(
          String.format(
              "%s: factors of %d x %d and %d x %d are no sum of Kronecker products of %d x %d",
              place.module(), m1, ofA, m2, ofB, place.outputs(), place.inputs()));
    }
    return new KroneckerLinear(
        factor(tensors, place.module() + A, m1, ofA, terms),
        factor(tensors, place.module() + B, m2, ofB, terms),
        null);
  }

  private static int columns(TensorShapes tensors, String name) {
    if (tensors.shape(name).rank() != 2) {
      throw new InputException(
          "the factor "
              + name
              + " has the shape "
              + tensors.shape(name)
              + ", which is no matrix's");
    }
    return Math.toIntExact(tensors.shape(name).dim(1));
  }

  private static Tensor factor(ModuleTensors tensors, String name, int rows, int cols, int terms) {
    Matrix turned = tensors.transposed(name, rows, cols);
    return turned.data().reshape(cols / terms, terms, rows);
  }
}
