package io.github.lrfbench.harness.autograd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * A weight of a model and how a checkpoint stores it.
 *
 * @param name in the checkpoint
 * @param value the weight as the model uses it; a vector is one row
 * @param storage how the checkpoint's tensor lies to the value
 * @param trainable whether a backward pass can give it a gradient; never of codes
 */
public record Parameter(String name, Matrix value, Storage storage, boolean trainable) {
  /** Checks that codes lie as they are stored. */
  public Parameter {
    if (value.dtype().isCode() && (trainable || storage == Storage.TRANSPOSED)) {
      throw new IllegalArgumentException("codes are neither trained nor transposed");
    }
  }

  /** A weight that can be trained unless it is of codes. */
  public Parameter(String name, Matrix value, Storage storage) {
    this(name, value, storage, !value.dtype().isCode());
  }

  /** The same weight where it is not trained, like the scales of codes. */
  public Parameter frozen() {
    return new Parameter(name, value, storage, false);
  }

  /** How a tensor of a checkpoint lies to the weight that is made of it. */
  public enum Storage {
    /** A tensor of one dimension. */
    VECTOR,
    /** The matrix as it is. */
    MATRIX,
    /** The transposed matrix. */
    TRANSPOSED
  }

  /** The bias of a module, if it has one. */
  public static List<Parameter> bias(String module, Tensor value) {
    return value == null ? List.of() : List.of(vector(module + ".bias", value));
  }

  /** A vector. */
  public static Parameter vector(String name, Tensor value) {
    int size = Math.toIntExact(value.shape().size());
    return new Parameter(name, new Matrix(value, 0, 1, size, size), Storage.VECTOR);
  }

  /** Number of elements. */
  public long size() {
    return (long) value.rows() * value.cols();
  }

  /** The shape of the checkpoint's tensor. */
  public Shape shape() {
    return switch (storage) {
      case VECTOR -> Shape.of(value.cols());
      case MATRIX -> Shape.of(value.rows(), value.cols());
      case TRANSPOSED -> Shape.of(value.cols(), value.rows());
    };
  }

  /** The type of the checkpoint's tensor: F32, or that of the codes. */
  public DType stored() {
    return value.dtype().isCode() ? value.dtype() : DType.F32;
  }

  /** The codes in the checkpoint's order. */
  public byte[] readCodes() {
    try (Scope scope = value.device().openScope()) {
      Tensor target = scope.allocate(value.dtype(), shape().toArray());
      Matrix packed = new Matrix(target, 0, value.rows(), value.cols(), value.cols());
      value.device().blas().copy(value, packed);
      return target.toBytes();
    }
  }

  /** The numbers in the checkpoint's order. */
  public float[] read() {
    return read(value);
  }

  /**
   * The elements of another matrix that lies like the value, in the checkpoint's order.
   *
   * @param matrix for example the gradient
   */
  public float[] read(Matrix matrix) {
    try (Scope scope = matrix.device().openScope()) {
      return copy(matrix, scope).toFloats();
    }
  }

  /**
   * The numbers in the checkpoint's order, on the device.
   *
   * @param scope owns them
   */
  public Tensor copy(Scope scope) {
    return copy(value, scope);
  }

  private Tensor copy(Matrix matrix, Scope scope) {
    Tensor target = scope.allocate(DType.F32, shape().toArray());
    if (storage == Storage.TRANSPOSED) {
      matrix.device().blas().transpose(matrix, Matrix.of(target));
    } else {
      Matrix packed = new Matrix(target, 0, matrix.rows(), matrix.cols(), matrix.cols());
      matrix.device().blas().copy(matrix, packed);
    }
    return target;
  }
}
