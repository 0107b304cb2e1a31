package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A group must give what its members give one by one, whatever they are. */
class LinearGroupTest {
  private static final int ROWS = 5;
  private static final int INPUTS = 7;

  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void mixedMembersGiveTheirOwnOutputsSideBySide() {
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        Scope scope = device.openScope()) {
      List<Linear> members =
          List.of(
              lowRank(scope, 4, 2), dense(scope, 3), lowRank(scope, 6, 1), lowRank(scope, 1, 3));
      assertGroupGivesMembersOutputs(device, scope, LinearGroup.of(members, scope), members);
    }
  }

  @Test
  void denseMembersAreViewsOfTheStackedMatrix() {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      LinearGroup group = LinearGroup.dense((DenseLinear) dense(scope, 9), 2, 3, 4);
      assertEquals(9, group.outputs());
      assertGroupGivesMembersOutputs(device, scope, group, group.members());
    }
  }

  @Test
  void lowRankMembersOutliveTheScopeTheyWereGivenIn() {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope own = device.openScope()) {
      LinearGroup group;
      float[] expected;
      try (Scope scratch = device.openScope()) {
        Linear member = lowRank(scratch, 4, 2);
        group = LinearGroup.of(List.of(member), own);
        expected = materialized(device, own, member);
      }
      assertArrayEquals(expected, materialized(device, own, group.members().get(0)));
    }
  }

  @Test
  void whatTakesAMembersPlaceIsCopied() {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      List<Linear> first = List.of(lowRank(scope, 4, 2), dense(scope, 3), lowRank(scope, 2, 1));
      LinearGroup group = LinearGroup.of(first, scope);
      Linear kept = group.members().get(1);
      List<Linear> others = List.of(dense(scope, 4), kept, narrow(scope, 2, 6, 4));
      LinearGroup replaced = group.with(others, scope);
      assertGroupGivesMembersOutputs(device, scope, replaced, others);
      assertSame(kept, replaced.members().get(1));
      assertNotSame(others.get(0), replaced.members().get(0));
      assertNotSame(others.get(2), replaced.members().get(2));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 5, 5", "1, 5, 1", "2, 6, 4", "3, 12, 3"})
  void narrowHeadsHaveZerosAfterTheirOutputs(int heads, int outputs, int stored) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      NarrowHeads narrow = narrow(scope, heads, outputs, stored);
      assertGroupGivesMembersOutputs(
          device, scope, LinearGroup.of(List.of(narrow), scope), List.of(narrow));
      float[] w = materialized(device, scope, narrow);
      float[] rows = narrow.weights("m").get(0).read();
      for (int i = 0; i < outputs; i++) {
        int head = i / (outputs / heads);
        int row = i % (outputs / heads);
        for (int j = 0; j < INPUTS; j++) {
          float expected =
              row < narrow.kept() ? rows[(head * narrow.kept() + row) * INPUTS + j] : 0;
          assertEquals(expected, w[i * INPUTS + j]);
        }
      }
      assertEquals((long) stored * INPUTS, narrow.parameters());
      assertArrayEquals(w, materialized(device, scope, narrow.copyTo(scope)));
    }
  }

  @Test
  void headsOfDifferentWidthsAreRefused() {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      assertThrows(IllegalArgumentException.class, () -> narrow(scope, 2, 6, 3));
      assertThrows(IllegalArgumentException.class, () -> narrow(scope, 2, 7, 4));
      assertThrows(IllegalArgumentException.class, () -> narrow(scope, 2, 6, 8));
    }
  }

  private NarrowHeads narrow(Scope scope, int heads, int outputs, int stored) {
    return new NarrowHeads(
        Matrix.of(random(scope, INPUTS, stored)), random(scope, outputs), heads, outputs);
  }

  private void assertGroupGivesMembersOutputs(
      Device device, Scope scope, LinearGroup group, List<Linear> members) {
    Matrix x = Matrix.of(random(scope, ROWS, INPUTS));
    Matrix together = Matrix.of(scope.allocate(DType.F32, ROWS, group.outputs()));
    try (Ops ops = new EagerOps(device)) {
      group.forward(ops, x, Activation.NONE, together);
      int column = 0;
      for (Linear member : members) {
        Tensor alone = scope.allocate(DType.F32, ROWS, member.outputs());
        member.forward(ops, x, Activation.NONE, Matrix.of(alone));
        Tensor slice = scope.allocate(DType.F32, ROWS, member.outputs());
        device.blas().copy(together.columns(column, column + member.outputs()), Matrix.of(slice));
        assertArrayEquals(alone.toFloats(), slice.toFloats(), 1e-6f);
        assertArrayEquals(explicit(device, scope, member, x), alone.toFloats(), 1e-5f);
        column += member.outputs();
      }
    }
  }

  /** x Wᵀ + b by the multiplied-out matrix, in double precision. */
  private static float[] explicit(Device device, Scope scope, Linear member, Matrix x) {
    float[] w = materialized(device, scope, member);
    float[] input = x.data().toFloats();
    float[] bias = member.bias().toFloats();
    float[] y = new float[ROWS * member.outputs()];
    for (int i = 0; i < ROWS; i++) {
      for (int o = 0; o < member.outputs(); o++) {
        double sum = bias[o];
        for (int k = 0; k < INPUTS; k++) {
          sum += (double) input[i * INPUTS + k] * w[o * INPUTS + k];
        }
        y[i * member.outputs() + o] = (float) sum;
      }
    }
    return y;
  }

  private static float[] materialized(Device device, Scope scope, Linear member) {
    Tensor w = scope.allocate(DType.F32, member.outputs(), member.inputs());
    member.materialize(device, Matrix.of(w));
    return w.toFloats();
  }

  private Linear dense(Scope scope, int outputs) {
    return new DenseLinear(Matrix.of(random(scope, INPUTS, outputs)), random(scope, outputs));
  }

  private Linear lowRank(Scope scope, int outputs, int rank) {
    Matrix down = Matrix.of(random(scope, INPUTS, rank));
    Matrix up = Matrix.of(random(scope, rank, outputs));
    return new LowRankLinear(new LowRankFactors(down, up), random(scope, outputs));
  }

  private Tensor random(Scope scope, long... dims) {
    Tensor tensor = scope.allocate(DType.F32, dims);
    float[] array = new float[(int) tensor.shape().size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = (float) random.nextGaussian();
    }
    tensor.write(0, array, 0, array.length);
    return tensor;
  }
}
