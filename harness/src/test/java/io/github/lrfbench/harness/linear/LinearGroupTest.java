package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
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

  /** Members of one basis are one product of two factors, and stay members of it in copies. */
  @Test
  void sharersOfABasisGiveTheirOwnOutputsSideBySide() {
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {});
        Scope scope = device.openScope();
        Scope other = device.openScope()) {
      Basis basis = new Basis("a", Matrix.of(random(scope, INPUTS, 3)), scope);
      List<Linear> members = List.of(shared(scope, basis, 4, true), shared(scope, basis, 6, false));
      LinearGroup group = LinearGroup.of(members, other);
      assertGroupGivesMembersOutputs(device, scope, group, members);
      assertEquals(2L * 3 * (INPUTS + 10), group.flopsPerRow());
      LinearGroup copy = group.copyTo(scope, DType.F32);
      assertGroupGivesMembersOutputs(device, scope, copy, members);
      for (LinearGroup each : List.of(group, copy)) {
        SharedLinear first = (SharedLinear) each.members().get(0);
        assertSame(first.basis(), ((SharedLinear) each.members().get(1)).basis());
        assertEquals(3L * (INPUTS + 4), first.parameters());
        assertEquals(3L * 6, each.members().get(1).parameters());
        assertEquals(5, each.weights(List.of("a", "b")).size());
      }
      assertSame(basis.copyTo(other, DType.F32), ((SharedLinear) group.members().get(0)).basis());
      List<Linear> mixed = List.of(members.get(0), dense(scope, 2), members.get(1));
      assertGroupGivesMembersOutputs(device, scope, LinearGroup.of(mixed, other), mixed);
    }
  }

  /** Gradients beside those by the definition, in double precision. */
  @Test
  void gradientsOfABasisAreSumsOverItsSharers() {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      Basis basis = new Basis("a", Matrix.of(random(scope, INPUTS, 2)), scope);
      List<Linear> members = List.of(shared(scope, basis, 4, true), shared(scope, basis, 3, false));
      LinearGroup group = LinearGroup.of(members, scope);
      List<Parameter> weights = group.weights(List.of("a", "b"));
      Matrix x = Matrix.of(random(scope, ROWS, INPUTS));
      Matrix dy = Matrix.of(random(scope, ROWS, 7));
      try (GradientBuffers gradients = new GradientBuffers(device, weights);
          Tape tape = new Tape(device, gradients, null)) {
        Tensor y = tape.ops().allocate(DType.F32, ROWS, 7);
        tape.ops().apply(group, x, Activation.NONE, Matrix.of(y));
        tape.backward(y, dy);
        float[] in = x.data().toFloats();
        float[] slope = dy.data().toFloats();
        float[] v = weights.get(1).read();
        assertEquals("a.shared.v", weights.get(1).name());
        double[] expectedV = new double[v.length];
        for (int m = 0; m < 2; m++) {
          int from = m == 0 ? 0 : 4;
          int width = m == 0 ? 4 : 3;
          Parameter left = weights.get(m == 0 ? 0 : 3);
          assertEquals(m == 0 ? "a.shared.u" : "b.shared.u", left.name());
          float[] u = left.read();
          float[] found = left.read(gradients.of(left));
          for (int o = 0; o < width; o++) {
            for (int r = 0; r < 2; r++) {
              double expected = 0;
              for (int t = 0; t < ROWS; t++) {
                double g = slope[t * 7 + from + o];
                for (int i = 0; i < INPUTS; i++) {
                  expected += g * in[t * INPUTS + i] * v[i * 2 + r];
                  expectedV[i * 2 + r] += g * u[o * 2 + r] * in[t * INPUTS + i];
                }
              }
              assertEquals(expected, found[o * 2 + r], 1e-4);
            }
          }
        }
        float[] found = weights.get(1).read(gradients.of(weights.get(1)));
        for (int i = 0; i < found.length; i++) {
          assertEquals(expectedV[i], found[i], 1e-4);
        }
      }
    }
  }

  private SharedLinear shared(Scope scope, Basis basis, int outputs, boolean holder) {
    Matrix up = Matrix.of(random(scope, basis.rank(), outputs));
    return new SharedLinear(basis, up, random(scope, outputs), holder);
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
