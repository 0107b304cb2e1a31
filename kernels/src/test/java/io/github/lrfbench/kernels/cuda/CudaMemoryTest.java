package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.DeviceMemoryException;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.stream.DeviceMemory;
import io.github.lrfbench.kernels.cuda.stream.StagingRing;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cuda")
class CudaMemoryTest {
  private static final long MORE_THAN_ANY_DEVICE_HAS = 1L << 50;

  private CudaDevice device;

  @BeforeEach
  void open() {
    device = (CudaDevice) Devices.open("cuda");
  }

  @AfterEach
  void close() {
    device.close();
  }

  private static long address(Tensor tensor) {
    return CudaTensor.of(tensor).address();
  }

  @Test
  void freedMemoryIsUsedAgain() {
    long first;
    try (Scope scope = device.openScope()) {
      first = address(scope.allocate(DType.F32, 1000));
      assertNotEquals(first, address(scope.allocate(DType.F32, 1000)));
    }
    try (Scope scope = device.openScope()) {
      Tensor one = scope.allocate(DType.F32, 1000);
      Tensor other = scope.allocate(DType.F32, 1000);
      assertTrue(address(one) == first || address(other) == first);
    }
  }

  @Test
  void sizesAreRoundedSoThatNeighboursShareBuffers() {
    assertEquals(512, DeviceMemory.sizeClass(0));
    assertEquals(512, DeviceMemory.sizeClass(512));
    assertEquals(1024, DeviceMemory.sizeClass(513));
    assertEquals(9L << 20, DeviceMemory.sizeClass((8L << 20) + 1));
    assertEquals(Long.MAX_VALUE, DeviceMemory.sizeClass(Long.MAX_VALUE));
    for (long bytes = 1; bytes < 1L << 40; bytes = bytes * 3 + 7) {
      long rounded = DeviceMemory.sizeClass(bytes);
      assertTrue(rounded >= bytes && rounded <= Math.max(bytes + 512, bytes * 9 / 8));
      assertEquals(rounded, DeviceMemory.sizeClass(rounded));
    }
  }

  @Test
  void runningOutOfMemoryNamesTheBytesAndHarmsNothing() {
    try (Scope scope = device.openScope()) {
      Tensor before = scope.floats(new float[] {1, 2, 3}, 3);
      long used = device.memory().currentBytes();
      DeviceMemoryException failure =
          assertThrows(
              DeviceMemoryException.class,
              () -> scope.allocate(DType.F32, MORE_THAN_ANY_DEVICE_HAS / 4));
      assertEquals(MORE_THAN_ANY_DEVICE_HAS, failure.requestedBytes());
      assertTrue(failure.freeBytes() > 0);
      assertTrue(failure.getMessage().contains("" + MORE_THAN_ANY_DEVICE_HAS));
      assertTrue(failure.getMessage().contains("" + failure.freeBytes()));
      assertEquals(1, failure.getMessage().lines().count());
      assertEquals(used, device.memory().currentBytes());
      assertThrows(
          DeviceMemoryException.class, () -> scope.allocate(DType.F64, Long.MAX_VALUE / 2));
      Tensor after = scope.floats(new float[] {4, 5}, 2);
      assertArrayEquals(new float[] {1, 2, 3}, before.toFloats());
      assertArrayEquals(new float[] {4, 5}, after.toFloats());
    }
  }

  @Test
  void thePeakIsExact() {
    device.resetPeakMemory();
    long before = device.memory().currentBytes();
    try (Scope outer = device.openScope()) {
      outer.allocate(DType.F32, 1 << 20);
      try (Scope inner = device.openScope()) {
        inner.allocate(DType.F16, 1 << 20);
      }
      outer.allocate(DType.F16, 1 << 19);
    }
    assertEquals(before, device.memory().currentBytes());
    assertEquals(before + (6L << 20), device.memory().peakBytes());
  }

  @Test
  void whatIsCopiedMayChangeAtOnce() {
    int count = 5 * StagingRing.SLOT_BYTES / Float.BYTES + 17;
    float[] values = new float[count];
    try (Scope scope = device.openScope()) {
      Tensor[] tensors = new Tensor[8];
      for (int t = 0; t < tensors.length; t++) {
        tensors[t] = scope.allocate(DType.F32, count);
        Arrays.fill(values, t);
        tensors[t].write(0, values, 0, count);
      }
      for (int t = 0; t < tensors.length; t++) {
        Arrays.fill(values, t);
        assertArrayEquals(values, tensors[t].toFloats());
      }
    }
  }

  @Test
  void integersAreKnownToTheHost() {
    try (Scope scope = device.openScope()) {
      Tensor ints = scope.ints(new int[] {1, 2, 3, 4}, 4);
      Tensor view = ints.view(1, 2);
      view.write(1, new int[] {9}, 0, 1);
      assertArrayEquals(new int[] {2, 9}, CudaTensor.of(view).hostInts());
      assertArrayEquals(new int[] {1, 2, 9, 4}, ints.toInts());
      assertThrows(
          IllegalArgumentException.class,
          () -> CudaTensor.of(scope.zeros(DType.F32, 2)).hostInts());
    }
  }

  @Test
  void tensorsOfAnotherOpeningAreForeign() {
    try (CudaDevice other = (CudaDevice) Devices.open("cuda");
        Scope scope = device.openScope();
        Scope otherScope = other.openScope()) {
      Matrix a = Matrix.of(scope.zeros(DType.F32, 2, 2));
      Matrix b = Matrix.of(otherScope.zeros(DType.F32, 2, 2));
      assertThrows(
          IllegalArgumentException.class, () -> device.blas().gemm(false, false, 1, a, b, 0, a));
    }
  }

  @Test
  void aGraphOwnsItsMemoryUntilItIsClosed() {
    try (Scope scope = device.openScope()) {
      Tensor target = scope.zeros(DType.F32, 1000);
      long[] inside = new long[1];
      CapturedGraph graph =
          device.capture(
              () -> {
                try (Scope own = device.openScope()) {
                  Matrix zeros = Matrix.of(own.zeros(DType.F32, 1, 1000));
                  inside[0] = address(zeros.data());
                  device.blas().copy(zeros, new Matrix(target, 0, 1, 1000, 1000));
                }
              });
      assertTrue(graph.isCaptured());
      for (int i = 0; i < 5; i++) {
        assertNotEquals(inside[0], address(scope.allocate(DType.F32, 1000)));
      }
      graph.close();
      assertEquals(inside[0], address(scope.allocate(DType.F32, 1000)));
    }
  }

  @Test
  void theDeviceClosesGraphsThatAreOpen() {
    CapturedGraph graph = device.capture(() -> {});
    device.close();
    assertThrows(IllegalStateException.class, graph::replay);
    graph.close();
  }
}
