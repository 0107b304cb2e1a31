package io.github.lrfbench.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Segments;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CpuNnTest {
  private final Device device = Devices.open("cpu");
  private final Scope scope = device.openScope();

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private Matrix matrix(int rows, int cols, float... values) {
    return Matrix.of(scope.floats(values, rows, cols));
  }

  private Tensor vector(float... values) {
    return scope.floats(values, values.length);
  }

  @Test
  void linearAddsTheBiasAndAppliesTheActivation() {
    Matrix y = matrix(2, 2, 9, 9, 9, 9);
    device
        .nn()
        .linear(
            matrix(2, 3, 1, 2, 3, 0, 1, 0),
            matrix(2, 3, 1, 0, 0, 0, -1, 1),
            vector(1, -2),
            Activation.RELU,
            y);
    assertArrayEquals(new float[] {2, 0, 1, 0}, y.data().toFloats());
  }

  @Test
  void layerNormOfASumWithAResidual() {
    Matrix x = matrix(1, 2, 1, 0);
    device.nn().layerNorm(x, vector(1, 1), matrix(1, 2, 0, 4), vector(2, 2), vector(0, 1), 0, x);
    assertArrayEquals(new float[] {-2, 3}, x.data().toFloats(), 1e-6f);
  }

  @Test
  void attentionStaysInsideItsSequence() {
    Matrix q = matrix(3, 2, 0, 0, 0, 0, 0, 0);
    Matrix v = matrix(3, 2, 1, 2, 3, 4, 50, 60);
    Matrix y = matrix(3, 2, 0, 0, 0, 0, 0, 0);
    Segments segments = new Segments(scope.ints(new int[] {0, 2, 3}, 3), 2, 2);
    device.nn().attention(q, q, v, segments, 1, 1, false, y);
    assertArrayEquals(new float[] {2, 3, 2, 3, 50, 60}, y.data().toFloats(), 1e-6f);
    device.nn().attention(q, q, v, segments, 2, 1, true, y);
    assertArrayEquals(new float[] {1, 2, 2, 3, 50, 60}, y.data().toFloats(), 1e-6f);
  }

  @Test
  void softmaxOfTheValidColumns() {
    Matrix x = matrix(2, 3, 0, (float) Math.log(3), 7, 1, 2, 3);
    device.nn().scaledMaskedSoftmax(x, 1, scope.ints(new int[] {2, 0}, 2));
    assertArrayEquals(new float[] {0.25f, 0.75f, 0, 0, 0, 0}, x.data().toFloats(), 1e-6f);
  }

  @Test
  void embeddingsGatherAndPool() {
    Matrix table = matrix(3, 1, 1, 10, 100);
    Matrix y = matrix(2, 1, 0, 0);
    Tensor ids = scope.ints(new int[] {2, 0}, 2);
    device.nn().embed(ids, table, null, null, scope.ints(new int[] {1, 1}, 2), table, y);
    assertArrayEquals(new float[] {110, 11}, y.data().toFloats());
    device.nn().gatherRows(table, ids, y);
    assertArrayEquals(new float[] {100, 1}, y.data().toFloats());
    Segments segments = new Segments(scope.ints(new int[] {0, 2, 3}, 3), 2, 2);
    device.nn().meanPool(table, segments, y);
    assertArrayEquals(new float[] {5.5f, 100}, y.data().toFloats());
    Tensor outside = scope.ints(new int[] {0, 3}, 2);
    assertThrows(IndexOutOfBoundsException.class, () -> device.nn().gatherRows(table, outside, y));
  }
}
