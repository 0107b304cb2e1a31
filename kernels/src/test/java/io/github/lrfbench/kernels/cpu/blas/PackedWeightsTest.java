package io.github.lrfbench.kernels.cpu.blas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What graphs pack; that results are right is for the device's contract. */
class PackedWeightsTest {
  private static final int SIZE = 64;
  private static final long BYTES = 4L * SIZE * SIZE;

  private final Device device = Devices.open("cpu");

  private long packed(int rows, DType dtype) {
    return packed(rows, dtype, Device.MOST_COPIED);
  }

  private long packed(int rows, DType dtype, long mostCopied) {
    try (Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.zeros(dtype, rows, SIZE));
      Matrix w = Matrix.of(scope.zeros(dtype, SIZE, SIZE));
      Matrix y = Matrix.of(scope.zeros(dtype, rows, SIZE));
      long before = device.memory().currentBytes();
      long during;
      Runnable work =
          () -> {
            device.nn().linear(x, false, w, null, Activation.NONE, y);
            device.nn().linear(y, false, w, null, Activation.NONE, x);
          };
      try (CapturedGraph graph = device.capture(work, mostCopied)) {
        graph.replay();
        during = device.memory().currentBytes() - before;
      }
      assertEquals(before, device.memory().currentBytes());
      return during;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 128})
  void weightsArePackedOnceForAsLongAsTheGraphLasts(int rows) {
    assumeTrue(PackedKernels.areAvailable(), "OpenBLAS packs by itself on this processor");
    assertEquals(BYTES, packed(rows, DType.F32));
  }

  @Test
  void noMoreIsPackedThanIsAllowed() {
    assumeTrue(PackedKernels.areAvailable(), "OpenBLAS packs by itself on this processor");
    assertEquals(0, packed(5, DType.F32, BYTES - 1));
    assertEquals(BYTES, packed(5, DType.F32, BYTES));
    assertEquals(BYTES, packed(5, DType.F32, Long.MAX_VALUE));
  }

  @Test
  void doublePrecisionIsNotPacked() {
    assertEquals(0, packed(5, DType.F64));
  }

  /** Packing pays where there are several products, and results are the same with and without. */
  @Test
  void weightsThatStayAsTheyAreArePackedForTheSecondProduct() {
    assumeTrue(PackedKernels.areAvailable(), "OpenBLAS packs by itself on this processor");
    SplittableRandom random = new SplittableRandom(0);
    float[] numbers = new float[SIZE * SIZE];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    try (Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.floats(numbers, SIZE, SIZE));
      Matrix w = Matrix.of(scope.floats(numbers, SIZE, SIZE));
      Matrix y = Matrix.of(scope.zeros(DType.F32, SIZE, SIZE));
      long before = device.memory().currentBytes();
      List<Long> held = new ArrayList<>();
      List<float[]> results = new ArrayList<>();
      device.withSteadyWeights(
          () -> {
            for (int product = 0; product < 3; product++) {
              device.nn().linear(x, false, w, null, Activation.NONE, y);
              held.add(device.memory().currentBytes() - before);
              results.add(y.data().toFloats());
            }
          });
      assertEquals(List.of(0L, BYTES, BYTES), held);
      assertArrayEquals(results.get(0), results.get(1), 1e-4f);
      assertArrayEquals(results.get(1), results.get(2));
      assertEquals(before, device.memory().currentBytes());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFailureLeavesNothingPacked(boolean first) {
    try (Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.zeros(DType.F32, 5, SIZE));
      Matrix w = Matrix.of(scope.zeros(DType.F32, SIZE, SIZE));
      Matrix y = Matrix.of(scope.zeros(DType.F32, 5, SIZE));
      long before = device.memory().currentBytes();
      boolean[] fails = {first};
      Runnable work =
          () -> {
            device.nn().linear(x, false, w, null, Activation.NONE, y);
            if (fails[0]) {
              throw new IllegalStateException("work failed");
            }
          };
      try (CapturedGraph graph = device.capture(work)) {
        fails[0] = true;
        graph.replay();
      } catch (IllegalStateException e) {
        assertTrue(e.getMessage().contains("work failed"));
      }
      assertEquals(before, device.memory().currentBytes());
    }
  }
}
