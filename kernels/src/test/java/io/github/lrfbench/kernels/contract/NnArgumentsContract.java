package io.github.lrfbench.kernels.contract;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Nn;
import io.github.lrfbench.kernels.ops.Segments;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** How every {@link Nn} refuses arguments: by an exception, before it touches memory. */
public abstract class NnArgumentsContract extends ContractTest {
  private static final int SIZE = 4;

  private Nn nn() {
    return device().nn();
  }

  @Test
  void wrongShapesAreIllegalArguments() {
    calls(packed(DType.F32, Grid.random(SIZE, SIZE + 1, 2)), scope().zeros(DType.F32, SIZE + 1))
        .forEach(call -> assertThrows(IllegalArgumentException.class, call));
    Tensor five = ints(0, 0, 0, 0, 0);
    intCalls(five).forEach(call -> assertThrows(IllegalArgumentException.class, call));
  }

  @Test
  void otherTypesAreIllegalArguments() {
    for (DType dtype : new DType[] {DType.F64, DType.I32}) {
      Tensor tensor = scope().zeros(dtype, SIZE, SIZE);
      calls(Matrix.of(tensor), tensor.view(0, SIZE))
          .forEach(call -> assertThrows(IllegalArgumentException.class, call));
    }
    intCalls(scope().zeros(DType.F32, SIZE))
        .forEach(call -> assertThrows(IllegalArgumentException.class, call));
    Matrix ints = Matrix.of(scope().zeros(DType.I32, SIZE, SIZE));
    for (Executable call : callsInPlace(ints)) {
      assertThrows(IllegalArgumentException.class, call);
    }
  }

  @Test
  void tensorsOfOtherDevicesAreIllegalArguments() {
    Tensor foreign = new ForeignTensor(DType.F32, SIZE, SIZE);
    calls(Matrix.of(foreign), foreign.view(0, SIZE))
        .forEach(call -> assertThrows(IllegalArgumentException.class, call));
    intCalls(new ForeignTensor(DType.I32, SIZE))
        .forEach(call -> assertThrows(IllegalArgumentException.class, call));
    for (Executable call : callsInPlace(Matrix.of(foreign))) {
      assertThrows(IllegalArgumentException.class, call);
    }
  }

  @Test
  void closedScopesAreIllegalStates() {
    Scope own = device().openScope();
    Tensor tensor = own.zeros(DType.F32, SIZE, SIZE);
    Tensor vector = tensor.view(0, SIZE);
    Tensor ints = own.zeros(DType.I32, SIZE);
    Segments segments = new Segments(own.ints(new int[] {0, 2, 4}, 3), 2, 2);
    own.close();
    calls(Matrix.of(tensor), vector)
        .forEach(call -> assertThrows(IllegalStateException.class, call));
    intCalls(ints).forEach(call -> assertThrows(IllegalStateException.class, call));
    callsInPlace(Matrix.of(tensor))
        .forEach(call -> assertThrows(IllegalStateException.class, call));
    Matrix x = packed(DType.F32, Grid.random(SIZE, SIZE, 1));
    Matrix y = packed(DType.F32, Grid.random(2, SIZE, 1));
    assertThrows(
        IllegalStateException.class, () -> nn().attention(x, x, x, segments, 1, 1, false, x));
    assertThrows(IllegalStateException.class, () -> nn().meanPool(x, segments, y));
  }

  /** Every operation with one bad matrix or vector among good ones, in every place. */
  private List<Executable> calls(Matrix bad, Tensor badVector) {
    Matrix a = packed(DType.F32, Grid.random(SIZE, SIZE, 1));
    Matrix y = packed(DType.F32, Grid.random(SIZE, SIZE, 2));
    Tensor v = scope().zeros(DType.F32, SIZE);
    Tensor i = scope().zeros(DType.I32, SIZE);
    Segments s = new Segments(ints(0, 1, 2, 3, 4), SIZE, 1);
    Activation none = Activation.NONE;
    List<Executable> calls = new ArrayList<>();
    calls.add(() -> nn().linear(bad, true, a, v, none, y));
    calls.add(() -> nn().linear(a, true, bad, v, none, y));
    calls.add(() -> nn().linear(a, true, a, badVector, none, y));
    calls.add(() -> nn().linear(a, true, a, v, none, bad));
    calls.add(() -> nn().linear(bad, false, a, v, none, y));
    calls.add(() -> nn().linear(a, false, bad, v, none, y));
    calls.add(() -> nn().linear(a, false, a, badVector, none, y));
    calls.add(() -> nn().linear(a, false, a, v, none, bad));
    calls.add(() -> nn().lowRank(bad, a, a, v, none, y));
    calls.add(() -> nn().lowRank(a, bad, a, v, none, y));
    calls.add(() -> nn().lowRank(a, a, bad, v, none, y));
    calls.add(() -> nn().lowRank(a, a, a, badVector, none, y));
    calls.add(() -> nn().lowRank(a, a, a, v, none, bad));
    calls.add(() -> nn().biasActivation(bad, v, none));
    calls.add(() -> nn().biasActivation(a, badVector, none));
    calls.add(() -> nn().layerNorm(bad, v, a, v, v, 1, y));
    calls.add(() -> nn().layerNorm(a, badVector, a, v, v, 1, y));
    calls.add(() -> nn().layerNorm(a, v, bad, v, v, 1, y));
    calls.add(() -> nn().layerNorm(a, v, a, badVector, v, 1, y));
    calls.add(() -> nn().layerNorm(a, v, a, v, badVector, 1, y));
    calls.add(() -> nn().layerNorm(a, v, a, v, v, 1, bad));
    calls.add(() -> nn().embed(i, bad, i, a, i, a, y));
    calls.add(() -> nn().embed(i, a, i, bad, i, a, y));
    calls.add(() -> nn().embed(i, a, i, a, i, bad, y));
    calls.add(() -> nn().embed(i, a, i, a, i, a, bad));
    calls.add(() -> nn().attention(bad, a, a, s, 1, 1, false, y));
    calls.add(() -> nn().attention(a, bad, a, s, 1, 1, false, y));
    calls.add(() -> nn().attention(a, a, bad, s, 1, 1, false, y));
    calls.add(() -> nn().attention(a, a, a, s, 1, 1, false, bad));
    calls.add(() -> nn().gatherRows(bad, i, y));
    calls.add(() -> nn().gatherRows(a, i, bad));
    calls.add(() -> nn().gatherColumns(a, i, bad));
    calls.add(() -> nn().add(bad, y));
    calls.add(() -> nn().add(a, bad));
    calls.add(() -> nn().spread(bad, 1, y));
    calls.add(() -> nn().spread(a, 2, bad));
    calls.add(() -> nn().swapAxes(bad, 2, 2, y));
    calls.add(() -> nn().swapAxes(a, 1, 4, bad));
    Matrix one = packed(DType.F32, Grid.random(1, SIZE, 3));
    calls.add(() -> nn().khatriRao(bad, one, y));
    calls.add(() -> nn().khatriRao(one, bad, y));
    calls.add(() -> nn().khatriRao(one, a, bad));
    calls.add(() -> nn().meanPool(bad, s, y));
    calls.add(() -> nn().meanPool(a, s, bad));
    return calls;
  }

  /** Operations that take one matrix alone, of whatever shape. */
  private List<Executable> callsInPlace(Matrix bad) {
    Matrix y = packed(DType.F32, Grid.random(bad.rows(), 1, 2));
    Tensor i = scope().zeros(DType.I32, 1);
    return List.of(
        () -> nn().gatherColumns(bad, i, y),
        () -> nn().biasActivation(bad, null, Activation.GELU),
        () -> nn().scaledMaskedSoftmax(bad, 1, null));
  }

  /** Every operation with one bad tensor of indices. */
  private List<Executable> intCalls(Tensor bad) {
    Matrix a = packed(DType.F32, Grid.random(SIZE, SIZE, 1));
    Matrix y = packed(DType.F32, Grid.random(SIZE, SIZE, 2));
    Tensor i = scope().zeros(DType.I32, SIZE);
    return List.of(
        () -> nn().embed(bad, a, i, a, i, a, y),
        () -> nn().embed(i, a, bad, a, i, a, y),
        () -> nn().embed(i, a, i, a, bad, a, y),
        () -> nn().scaledMaskedSoftmax(a, 1, bad),
        () -> nn().gatherRows(a, bad, y),
        () -> nn().gatherColumns(a, bad, y));
  }
}
