package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/** Refuses arguments before a kernel touches memory. */
final class Arguments {
  private Arguments() {}

  /**
   * Checks that the matrices live here and hold one floating-point type.
   *
   * @throws IllegalArgumentException if they do not
   * @throws IllegalStateException if one's scope is closed
   */
  static void requireOneType(String operation, Matrix first, Matrix... others) {
    requireFloating(operation, first);
    for (Matrix other : others) {
      CpuTensor.of(other);
      if (other.dtype() != first.dtype()) {
        throw new IllegalArgumentException(
            operation + " of " + first.dtype() + " and " + other.dtype());
      }
    }
  }

  /** Checks that a matrix lives here and holds a floating-point type. */
  static void requireFloating(String operation, Matrix matrix) {
    CpuTensor.of(matrix);
    if (!matrix.dtype().isFloating()) {
      throw new IllegalArgumentException(operation + " of " + matrix.dtype());
    }
  }

  /** Checks that a tensor lives here and has so many elements of a type. */
  static void requireVector(String operation, Tensor vector, long size, DType dtype) {
    CpuTensor.of(vector);
    if (vector.shape().size() != size || vector.dtype() != dtype) {
      throw new IllegalArgumentException(
          operation + " wants " + dtype + "[" + size + "], not " + vector.dtype() + vector.shape());
    }
  }

  /** Checks the shapes of matrices; the message lists them. */
  static void requireShapes(boolean fit, String operation, Matrix... matrices) {
    if (!fit) {
      StringBuilder message = new StringBuilder("shapes do not fit in ").append(operation);
      for (Matrix matrix : matrices) {
        message.append(" [").append(matrix.rows()).append(", ").append(matrix.cols()).append(']');
      }
      throw new IllegalArgumentException(message.toString());
    }
  }
}
