package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Tensor} and {@link Scope} promise. */
public abstract class TensorContract extends ContractTest {
  @ParameterizedTest
  @MethodSource("dtypes")
  void keepsFloatsAndDoubles(DType dtype) {
    Tensor tensor = scope().allocate(dtype, 2, 3);
    tensor.write(0, new float[] {1, 2, 3, 4, 5, 6}, 0, 6);
    assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, tensor.toDoubles());
    tensor.write(1, new double[] {9, -0.5, 0.25, 9}, 1, 2);
    assertArrayEquals(new float[] {1, -0.5f, 0.25f, 4, 5, 6}, tensor.toFloats());
    float[] part = new float[4];
    tensor.read(2, part, 1, 2);
    assertArrayEquals(new float[] {0, 0.25f, 4, 0}, part);
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void keepsNanAndInfinity(DType dtype) {
    double[] values = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 0.0};
    Tensor tensor = scope().allocate(dtype, 5);
    tensor.write(0, values, 0, 5);
    assertArrayEquals(values, tensor.toDoubles());
  }

  @Test
  void keepsInts() {
    Tensor tensor = scope().ints(new int[] {1, Integer.MIN_VALUE, Integer.MAX_VALUE}, 3);
    assertArrayEquals(new int[] {1, Integer.MIN_VALUE, Integer.MAX_VALUE}, tensor.toInts());
    tensor.write(1, new int[] {7, 8, 9}, 1, 1);
    assertArrayEquals(new int[] {1, 8, Integer.MAX_VALUE}, tensor.toInts());
  }

  @ParameterizedTest
  @EnumSource(names = {"I8", "U8"})
  void keepsCodes(DType dtype) {
    byte[] all = new byte[300_001];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (i * 7);
    }
    Tensor tensor = scope().codes(dtype, all, 1, all.length);
    assertArrayEquals(all, tensor.toBytes());
    tensor.view(3, 4).write(1, new byte[] {9, -128, 127, 9}, 1, 2);
    byte[] part = new byte[6];
    tensor.read(3, part, 1, 4);
    assertArrayEquals(new byte[] {0, 21, -128, 127, 42, 0}, part);
    assertArrayEquals(new byte[5], scope().zeros(dtype, 5).toBytes());
    assertEquals(0, scope().zeros(dtype, 0, 3).toBytes().length);
    assertEquals(1, dtype.bytes());
    assertFalse(dtype.isFloating());
  }

  @ParameterizedTest
  @EnumSource(names = {"I8", "U8"})
  void copiesCodesBetweenScopes(DType dtype) {
    byte[] values = {1, 2, 3, 4, 5, 6, -7, -128, 127, 0, -1, 11};
    try (Scope own = device().openScope()) {
      Matrix source = Matrix.of(own.codes(dtype, values, 3, 4));
      Matrix target = Matrix.of(scope().zeros(dtype, 3, 5));
      device().blas().copy(source.columns(1, 4), target.columns(2, 5));
      device().blas().copy(source.rows(0, 0), target.rows(0, 0).columns(0, 4));
      device().blas().copy(source.columns(0, 0), target.columns(0, 0));
      assertArrayEquals(
          new byte[] {0, 0, 2, 3, 4, 0, 0, 6, -7, -128, 0, 0, 0, -1, 11}, target.data().toBytes());
      Matrix other = Matrix.of(scope().zeros(dtype == DType.I8 ? DType.U8 : DType.I8, 3, 4));
      Matrix floats = Matrix.of(scope().zeros(DType.F32, 3, 4));
      for (Matrix wrong : List.of(other, floats, target)) {
        assertThrows(IllegalArgumentException.class, () -> device().blas().copy(source, wrong));
        assertThrows(IllegalArgumentException.class, () -> device().blas().copy(wrong, source));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"I8", "U8"})
  void codesAreNotComputedWith(DType dtype) {
    Tensor codes = scope().zeros(dtype, 4, 4);
    Tensor floats = scope().zeros(DType.F32, 4, 4);
    Matrix code = Matrix.of(codes);
    Matrix number = Matrix.of(floats);
    List<Executable> wrong =
        List.of(
            codes::toFloats,
            codes::toDoubles,
            codes::toInts,
            floats::toBytes,
            () -> codes.write(0, new float[1], 0, 1),
            () -> codes.write(0, new double[1], 0, 1),
            () -> codes.write(0, new int[1], 0, 1),
            () -> floats.write(0, new byte[1], 0, 1),
            () -> scope().codes(dtype, new byte[3], 2),
            () -> scope().codes(DType.F32, new byte[3], 3),
            () -> device().blas().gemm(false, false, 1, code, code, 0, code),
            () -> device().blas().gemm(false, false, 1, code, number, 0, number),
            () -> device().blas().transpose(code, code),
            () -> device().nn().linear(number, true, code, null, Activation.NONE, number),
            () -> device().nn().gatherRows(number, codes.view(0, 4), number),
            () -> device().nn().biasActivation(code, null, Activation.GELU));
    wrong.forEach(use -> assertThrows(IllegalArgumentException.class, use));
    Throwable refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> device().nn().biasActivation(code, null, Activation.GELU));
    assertEquals(
        "biasActivation of " + dtype + ": floating-point numbers are wanted", refusal.getMessage());
    List<Executable> outside =
        List.of(
            () -> codes.write(15, new byte[2], 0, 2),
            () -> codes.write(0, new byte[2], 1, 2),
            () -> codes.read(-1, new byte[2], 0, 2),
            () -> codes.read(0, new byte[2], 1, 2));
    outside.forEach(access -> assertThrows(IndexOutOfBoundsException.class, access));
  }

  @Test
  void narrowsDoublesToFloats() {
    Tensor tensor = scope().allocate(DType.F32, 2);
    tensor.write(0, new double[] {Math.PI, 1e300}, 0, 2);
    assertArrayEquals(new double[] {(float) Math.PI, Double.POSITIVE_INFINITY}, tensor.toDoubles());
  }

  @Test
  void describesItself() {
    Tensor tensor = scope().zeros(DType.F32, 4, 5, 6);
    assertEquals(Shape.of(4, 5, 6), tensor.shape());
    assertEquals(DType.F32, tensor.dtype());
    assertSame(device(), tensor.device());
    assertSame(device(), scope().device());
  }

  @Test
  void zerosAreZeroInMemoryThatWasUsedBefore() {
    for (int round = 0; round < 3; round++) {
      try (Scope own = device().openScope()) {
        Tensor tensor = own.zeros(DType.F32, 1001);
        assertArrayEquals(new float[1001], tensor.toFloats());
        float[] ones = new float[1001];
        java.util.Arrays.fill(ones, 1);
        tensor.write(0, ones, 0, ones.length);
      }
    }
  }

  @Test
  void scalarsAndEmptyTensors() {
    assertArrayEquals(new float[] {5}, scope().floats(new float[] {5}).toFloats());
    Tensor empty = scope().zeros(DType.F32, 3, 0);
    assertEquals(0, empty.toFloats().length);
    empty.write(0, new float[0], 0, 0);
    assertEquals(0, empty.view(0, 0, 7).toDoubles().length);
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void viewsShareMemory(DType dtype) {
    Tensor tensor = scope().zeros(dtype, 3, 4);
    Tensor view = tensor.view(5, 2, 2);
    assertEquals(Shape.of(2, 2), view.shape());
    view.write(0, new double[] {1, 2, 3, 4}, 0, 4);
    assertArrayEquals(new double[] {0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0}, tensor.toDoubles());
    assertArrayEquals(new double[] {3, 4}, view.view(2, 2).toDoubles());
    assertArrayEquals(tensor.toDoubles(), tensor.reshape(2, 6).toDoubles());
  }

  @Test
  void nothingReachesOutsideATensor() {
    Tensor tensor = scope().zeros(DType.F32, 10);
    float[] host = new float[20];
    List<Executable> outside =
        List.of(
            () -> tensor.read(5, host, 0, 6),
            () -> tensor.read(-1, host, 0, 1),
            () -> tensor.read(0, host, 0, -1),
            () -> tensor.read(0, host, 15, 6),
            () -> tensor.read(Long.MAX_VALUE, host, 0, 1),
            () -> tensor.write(5, host, 0, 6),
            () -> tensor.write(-1, host, 0, 1),
            () -> tensor.write(0, host, 15, 6),
            () -> tensor.write(1L << 32, host, 0, 1),
            () -> tensor.view(4, 7),
            () -> tensor.view(-1, 2),
            () -> tensor.view(11, 0),
            () -> tensor.view(2, 8).write(8, host, 0, 1));
    outside.forEach(access -> assertThrows(IndexOutOfBoundsException.class, access));
    assertArrayEquals(new float[10], tensor.toFloats());
  }

  @Test
  void wrongUseIsAnIllegalArgument() {
    Tensor floats = scope().zeros(DType.F32, 4);
    Tensor ints = scope().zeros(DType.I32, 4);
    List<Executable> wrong =
        List.of(
            floats::toInts,
            ints::toFloats,
            ints::toDoubles,
            () -> floats.write(0, new int[1], 0, 1),
            () -> ints.write(0, new float[1], 0, 1),
            () -> ints.write(0, new double[1], 0, 1),
            () -> floats.reshape(5),
            () -> scope().allocate(DType.F32, -1),
            () -> scope().allocate(DType.F32, Long.MAX_VALUE, 2),
            () -> scope().floats(new float[3], 2));
    wrong.forEach(use -> assertThrows(IllegalArgumentException.class, use));
  }

  @Test
  void everythingFailsOnceTheScopeIsClosed() {
    Scope own = device().openScope();
    Tensor tensor = own.zeros(DType.F32, 2);
    Tensor doubles = own.zeros(DType.F64, 2);
    Tensor ints = own.zeros(DType.I32, 2);
    Tensor codes = own.zeros(DType.U8, 2);
    Tensor view = tensor.view(0, 1);
    own.close();
    own.close();
    List<Executable> late =
        List.of(
            tensor::toFloats,
            tensor::toDoubles,
            doubles::toFloats,
            doubles::toDoubles,
            ints::toInts,
            codes::toBytes,
            () -> codes.write(0, new byte[1], 0, 1),
            view::toFloats,
            () -> tensor.write(0, new float[1], 0, 1),
            () -> tensor.write(0, new double[1], 0, 1),
            () -> doubles.write(0, new float[1], 0, 1),
            () -> ints.write(0, new int[1], 0, 1),
            () -> tensor.view(0, 1),
            () -> tensor.reshape(2, 1),
            () -> own.allocate(DType.F32, 1),
            () -> own.zeros(DType.F32, 1));
    late.forEach(use -> assertThrows(IllegalStateException.class, use));
  }

  /** The others of the scope stay as they are, and so does what is allocated afterwards. */
  @Test
  void aTensorCanBeGivenBackBeforeTheOthers() {
    try (Scope own = device().openScope()) {
      Tensor kept = own.floats(new float[] {1, 2}, 2);
      Tensor early = own.floats(new float[] {3, 4}, 2);
      long before = device().memory().currentBytes();
      early.release();
      assertTrue(device().memory().currentBytes() <= before);
      Tensor later = own.floats(new float[] {5, 6}, 2);
      assertArrayEquals(new float[] {1, 2}, kept.toFloats());
      assertArrayEquals(new float[] {5, 6}, later.toFloats());
    }
  }

  @Test
  void scopesAreIndependent() {
    Tensor tensor = scope().floats(new float[] {1, 2}, 2);
    for (int i = 0; i < 10; i++) {
      try (Scope own = device().openScope()) {
        own.floats(new float[] {-1, -2}, 2);
      }
    }
    assertArrayEquals(new float[] {1, 2}, tensor.toFloats());
  }
}
