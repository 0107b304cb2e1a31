package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Maps with adapters, alone and in groups. */
class LoraLinearTest {
  private static final int INPUTS = 5;
  private static final int ROWS = 7;

  private final SplittableRandom random = new SplittableRandom(6);
  private final Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  private final Scope scope = device.openScope();

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private Tensor random(long... dims) {
    Tensor tensor = scope.allocate(DType.F32, dims);
    float[] array = new float[(int) tensor.shape().size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = (float) random.nextGaussian();
    }
    tensor.write(0, array, 0, array.length);
    return tensor;
  }

  private DenseLinear dense(int outputs) {
    return new DenseLinear(Matrix.of(random(INPUTS, outputs)), random(outputs));
  }

  private Linear lowRank(int outputs) {
    return new LowRankLinear(
        new LowRankFactors(Matrix.of(random(INPUTS, 2)), Matrix.of(random(2, outputs))),
        random(outputs));
  }

  private LoraLinear adapted(Linear base) {
    return new LoraLinear(
        base, Matrix.of(random(INPUTS, 3)), Matrix.of(random(3, base.outputs())), 0.7, 0.2);
  }

  private float[] forward(Linear linear, Activation activation, Matrix x) {
    try (Ops ops = new EagerOps(device)) {
      Tensor y = scope.allocate(DType.F32, x.rows(), linear.outputs());
      linear.forward(ops, x, activation, Matrix.of(y));
      return y.toFloats();
    }
  }

  @Test
  void theWorkedExample() {
    DenseLinear identity =
        new DenseLinear(
            Matrix.of(scope.floats(new float[] {1, 0, 0, 1}, 2, 2)), scope.zeros(DType.F32, 2));
    LoraLinear adapted =
        new LoraLinear(
            identity,
            Matrix.of(scope.floats(new float[] {1, 2}, 2, 1)),
            Matrix.of(scope.floats(new float[] {3, 4}, 1, 2)),
            2,
            0);
    Tensor w = scope.allocate(DType.F32, 2, 2);
    adapted.materialize(device, Matrix.of(w));
    assertArrayEquals(new float[] {7, 12, 8, 17}, w.toFloats());
    Matrix ones = Matrix.of(scope.floats(new float[] {1, 1}, 1, 2));
    assertArrayEquals(new float[] {19, 25}, forward(adapted, Activation.NONE, ones));
    assertArrayEquals(new float[] {19, 25}, forward(adapted.merge(scope), Activation.NONE, ones));
    assertEquals(4 + 4, adapted.parameters());
    assertEquals(16, adapted.flopsPerRow());
    assertEquals(32, adapted.bytes());
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void anAdapterGivesWhatTheMergedMatrixDoes(Activation activation) {
    Matrix x = Matrix.of(random(ROWS, INPUTS));
    for (Linear base : List.of(dense(4), lowRank(4))) {
      LoraLinear adapted = adapted(base);
      float[] expected = forward(adapted.merge(scope), activation, x);
      assertArrayEquals(expected, forward(adapted, activation, x), 1e-5f);
      assertArrayEquals(expected, forward(adapted.copyTo(scope), activation, x), 1e-5f);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aGroupWithAdaptersKeepsItsProduct(boolean lowRank) {
    LinearGroup group =
        lowRank
            ? LinearGroup.of(List.of(lowRank(2), dense(3), lowRank(4)), scope)
            : LinearGroup.dense(dense(9), 2, 3, 4);
    List<Linear> members = group.members();
    LinearGroup adapted =
        group.with(
            List.of(adapted(members.get(0)), members.get(1), adapted(members.get(2))), scope);
    assertGroup(adapted);
    assertSame(members.get(1), adapted.members().get(1));
    assertSame(members.get(0), ((LoraLinear) adapted.members().get(0)).base());
    List<String> names =
        adapted.weights(List.of("q", "k", "v")).stream().map(Parameter::name).toList();
    assertEquals(lowRank ? 3 + 2 + 3 + 4 : 6 + 4, names.size());
    // Swapping goes over the bases, not over adapters.
    LinearGroup swapped =
        adapted.with(List.of(members.get(0), adapted(members.get(1)), members.get(2)), scope);
    assertGroup(swapped);
    assertSame(members.get(0), swapped.members().get(0));
  }

  @Test
  void aGroupOfNewMapsWithAdapters() {
    assertGroup(LinearGroup.of(List.of(adapted(dense(2)), adapted(lowRank(3)), dense(4)), scope));
    assertGroup(LinearGroup.of(List.of(dense(2), adapted(dense(3)), dense(4)), scope));
  }

  private void assertGroup(LinearGroup group) {
    Matrix x = Matrix.of(random(ROWS, INPUTS));
    Matrix y = Matrix.of(scope.allocate(DType.F32, ROWS, group.outputs()));
    try (Ops ops = new EagerOps(device)) {
      group.forward(ops, x, Activation.NONE, y);
    }
    int column = 0;
    for (Linear member : group.members()) {
      Tensor slice = scope.allocate(DType.F32, ROWS, member.outputs());
      device.blas().copy(y.columns(column, column + member.outputs()), Matrix.of(slice));
      assertArrayEquals(forward(member, Activation.NONE, x), slice.toFloats(), 1e-5f);
      column += member.outputs();
    }
  }

  @Test
  void aMatrixThatIsNotFiniteIsNotMerged() {
    DenseLinear huge = dense(4);
    huge.weight().data().write(0, new float[] {Float.POSITIVE_INFINITY}, 0, 1);
    assertThrows(InputException.class, () -> adapted(huge).merge(scope));
  }
}
