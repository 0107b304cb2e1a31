package io.github.lrfbench.harness.onnx;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.onnx.OnnxGraph.Type;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.CodePacking;
import io.github.lrfbench.kernels.ops.Mask;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;

/** A model's weights as constants of a graph, by the names that they have in checkpoints. */
final class Weights {
  private final OnnxGraph graph;
  private final Map<Tensor, Map<Place, String>> names = new IdentityHashMap<>();
  private int unnamed;

  /** Where in its tensor a matrix lies. */
  private record Place(long offset, int rows, int cols, int stride) {
    static Place of(Matrix matrix) {
      return new Place(matrix.offset(), matrix.rows(), matrix.cols(), matrix.stride());
    }
  }

  Weights(OnnxGraph graph, Model model) {
    this.graph = graph;
    for (Parameter weight : model.weights()) {
      places(weight.value()).put(Place.of(weight.value()), weight.name());
    }
  }

  private Map<Place, String> places(Matrix matrix) {
    return names.computeIfAbsent(matrix.data(), data -> new HashMap<>());
  }

  private String name(Matrix matrix, String kind) {
    return places(matrix).computeIfAbsent(Place.of(matrix), place -> next(kind));
  }

  /** A name that nothing has yet. */
  String next(String kind) {
    return kind + "." + unnamed++;
  }

  /** A matrix of numbers, as it lies in memory. */
  String matrix(Matrix matrix) {
    return graph.constant(
        name(matrix, "matrix"), Type.FLOAT, () -> numbers(matrix), matrix.rows(), matrix.cols());
  }

  /** All numbers of a tensor in one row. */
  String vector(Tensor tensor) {
    int size = Math.toIntExact(tensor.shape().size());
    Matrix row = new Matrix(tensor, 0, 1, size, size);
    return graph.constant(name(row, "vector"), Type.FLOAT, () -> numbers(row), size);
  }

  /** 1 where a column is chosen, 0 where it is -1. */
  String flags(int[] columns) {
    float[] flags = new float[columns.length];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = columns[i] < 0 ? 0 : 1;
    }
    return graph.constant(
        next("flags"), Type.FLOAT, () -> OnnxGraph.littleEndian(flags), flags.length);
  }

  /** A matrix of which some elements are stored. */
  String whole(Mask mask, Tensor values) {
    return graph.constant(
        next("matrix"), Type.FLOAT, () -> unmasked(mask, values), mask.rows(), mask.cols());
  }

  private static byte[] unmasked(Mask mask, Tensor values) {
    Device device = values.device();
    try (Scope scope = device.openScope()) {
      Matrix whole = Matrix.of(scope.allocate(values.dtype(), mask.rows(), mask.cols()));
      device.nn().unmask(mask, values, whole);
      return numbers(whole);
    }
  }

  private static byte[] numbers(Matrix matrix) {
    return OnnxGraph.littleEndian(packed(matrix, DType.F32, Tensor::toFloats));
  }

  /** The products of two tensors' elements, one to a row. */
  String products(Tensor a, Tensor b) {
    int size = Math.toIntExact(a.shape().size());
    return graph.constant(
        next("products"), Type.FLOAT, () -> OnnxGraph.littleEndian(multiply(a, b)), size, 1);
  }

  private static float[] multiply(Tensor a, Tensor b) {
    float[] products = a.toFloats();
    float[] others = b.toFloats();
    for (int i = 0; i < products.length; i++) {
      products[i] *= others[i];
    }
    return products;
  }

  /**
   * Codes, one to a byte.
   *
   * @param matrix as {@link io.github.lrfbench.kernels.ops.Nn#dequantize} reads it
   * @param centred whether 0 is the middle of the codes, as it is of signed ones
   */
  static byte[] codes(Matrix matrix, int cols, int bits, boolean centred) {
    byte[] stored = packed(matrix, matrix.dtype(), Tensor::toBytes);
    if (bits == Byte.SIZE) {
      return stored;
    }
    byte[] codes = CodePacking.unpack(stored, cols, bits);
    for (int i = 0; centred && i < codes.length; i++) {
      codes[i] -= (byte) (1 << bits - 1);
    }
    return codes;
  }

  private static <T> T packed(Matrix matrix, DType dtype, Function<Tensor, T> read) {
    try (Scope scope = matrix.device().openScope()) {
      Tensor packed = scope.allocate(dtype, matrix.rows(), matrix.cols());
      matrix.device().blas().copy(matrix, Matrix.of(packed));
      return read.apply(packed);
    }
  }
}
