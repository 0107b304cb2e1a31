package io.github.lrfbench.kernels.host;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.function.Consumer;

/** Refuses arguments before a kernel touches memory. */
public final class Arguments {
  private final Consumer<Tensor> requireHere;

  /**
   * Checks for a device.
   *
   * @param requireHere throws {@link IllegalArgumentException} if a tensor lives elsewhere, {@link
   *     IllegalStateException} if its scope is closed
   */
  public Arguments(Consumer<Tensor> requireHere) {
    this.requireHere = requireHere;
  }

  /**
   * Checks that the matrices live here and hold one floating-point type.
   *
   * @throws IllegalArgumentException if they do not
   * @throws IllegalStateException if one's scope is closed
   */
  public void requireOneType(String operation, Matrix first, Matrix... others) {
    requireFloating(operation, first);
    for (Matrix other : others) {
      requireHere.accept(other.data());
      if (other.dtype() != first.dtype()) {
        throw new IllegalArgumentException(
            operation + " of " + first.dtype() + " and " + other.dtype());
      }
    }
  }

  /** Checks that a matrix lives here and holds a floating-point type. */
  public void requireFloating(String operation, Matrix matrix) {
    requireHere.accept(matrix.data());
    if (!matrix.dtype().isFloating()) {
      throw new IllegalArgumentException(
          operation + " of " + matrix.dtype() + ": floating-point numbers are wanted");
    }
  }

  /** Checks that a tensor lives here and holds codes. */
  public void requireCodes(Tensor tensor) {
    requireHere.accept(tensor);
    if (!tensor.dtype().isCode()) {
      throw new IllegalArgumentException(
          "wanted I8 or U8 elements, but the tensor holds " + tensor.dtype());
    }
  }

  /** Checks the arguments of y = x: floating-point numbers, or codes of one type. */
  public void requireCopy(Matrix x, Matrix y) {
    if (x.dtype().isCode() && x.dtype() == y.dtype()) {
      requireHere.accept(x.data());
      requireHere.accept(y.data());
    } else {
      requireFloating("copy", x);
      requireFloating("copy", y);
    }
    requireShapes(x.rows() == y.rows() && x.cols() == y.cols(), "copy", x, y);
  }

  /** Checks that a tensor lives here and has so many elements of a type. */
  public void requireVector(String operation, Tensor vector, long size, DType dtype) {
    requireHere.accept(vector);
    if (vector.shape().size() != size || vector.dtype() != dtype) {
      throw new IllegalArgumentException(
          operation + " wants " + dtype + "[" + size + "], not " + vector.dtype() + vector.shape());
    }
  }

  /**
   * Checks that a mask is of a matrix's size, and that there are its values, of that one's type.
   */
  public void requireMask(String operation, Mask mask, Tensor values, Matrix x) {
    requireCodes(mask.bits().data());
    requireShapes(mask.rows() == x.rows() && mask.cols() == x.cols(), operation, mask.bits(), x);
    int[] starts = mask.starts();
    requireVector(operation, mask.offsets(), starts.length, DType.I32);
    for (int i = 0; i < x.rows(); i++) {
      int count = starts[i + 1] - starts[i];
      if (starts[0] != 0 || count < 0 || count > x.cols()) {
        throw new IllegalArgumentException(operation + ": row " + i + " stores " + count);
      }
    }
    requireVector(operation, values, starts[x.rows()], x.dtype());
  }

  /** Checks the arguments of c = op(a) op(b). */
  public void requireProduct(
      String operation, boolean transA, boolean transB, Matrix a, Matrix b, Matrix c) {
    requireOneType(operation, c, a, b);
    int k = transA ? a.rows() : a.cols();
    requireShapes(
        (transA ? a.cols() : a.rows()) == c.rows()
            && (transB ? b.cols() : b.rows()) == k
            && (transB ? b.rows() : b.cols()) == c.cols(),
        operation,
        a,
        b,
        c);
  }

  /** Checks the shapes of matrices; the message lists them. */
  public void requireShapes(boolean fit, String operation, Matrix... matrices) {
    if (!fit) {
      StringBuilder message = new StringBuilder("shapes do not fit in ").append(operation);
      for (Matrix matrix : matrices) {
        message.append(" [").append(matrix.rows()).append(", ").append(matrix.cols()).append(']');
      }
      throw new IllegalArgumentException(message.toString());
    }
  }
}
