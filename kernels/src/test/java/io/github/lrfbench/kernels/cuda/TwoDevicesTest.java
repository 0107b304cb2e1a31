package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceMemoryException;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.driver.CudaCallException;
import io.github.lrfbench.kernels.cuda.emulator.Emulator;
import io.github.lrfbench.kernels.cuda.emulator.EmulatorTest;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two GPUs of one process: work, memory and faults of one are not the other's. */
@EmulatorTest
class TwoDevicesTest {
  private static final int ROUNDS = 20;

  @BeforeEach
  void makeTwo() {
    Emulator.setDevices(2);
    Emulator.clearDiagnoses();
  }

  @AfterEach
  void restore() {
    Emulator.setLost(1, false);
    Emulator.setDeviceMemory(0);
    Emulator.setDevices(1);
  }

  @Test
  void opensThoseThatAreThere() {
    try (Device second = Devices.open("cuda:1")) {
      assertEquals("cuda:1", second.id());
    }
    assertTrue(new CudaDeviceProvider().availability().detail().contains(" and 1 more"));
    InputException none = assertThrows(InputException.class, () -> Devices.open("cuda:2"));
    assertEquals("there is no device cuda:2; there are cuda:0 to cuda:1", none.getMessage());
    Emulator.setDevices(1);
    none = assertThrows(InputException.class, () -> Devices.open("cuda:1"));
    assertEquals("there is no device cuda:1; there is cuda:0 only", none.getMessage());
  }

  private static void square(Device device, Tensor x, Tensor y) {
    device.blas().gemm(false, false, 1, Matrix.of(x), Matrix.of(x), 0, Matrix.of(y));
  }

  @Test
  void oneThreadWorksOnBothInTurns() {
    try (Device first = Devices.open("cuda:0");
        Device second = Devices.open("cuda:1");
        Scope a = first.openScope();
        Scope b = second.openScope()) {
      Tensor x = a.floats(new float[] {1, 2, 3, 4}, 2, 2);
      Tensor y = b.floats(new float[] {1, 1, 1, 1}, 2, 2);
      Tensor xx = a.zeros(x.dtype(), 2, 2);
      Tensor yy = b.zeros(y.dtype(), 2, 2);
      square(first, x, xx);
      square(second, y, yy);
      assertArrayEquals(new float[] {7, 10, 15, 22}, xx.toFloats());
      assertArrayEquals(new float[] {2, 2, 2, 2}, yy.toFloats());
      assertThrows(IllegalArgumentException.class, () -> square(first, y, yy));
    }
    assertEquals(List.of(), Emulator.diagnoses());
  }

  @Test
  void twoThreadsWorkAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    CyclicBarrier together = new CyclicBarrier(2);
    try (Device first = Devices.open("cuda:0");
        Device second = Devices.open("cuda:1")) {
      Future<?> one = pool.submit(() -> work(first, together));
      Future<?> two = pool.submit(() -> work(second, together));
      one.get();
      two.get();
    } finally {
      pool.shutdownNow();
    }
    assertEquals(List.of(), Emulator.diagnoses());
  }

  /** Products as they are, within a loop over workers and as a graph. */
  private static Void work(Device device, CyclicBarrier together) throws Exception {
    try (Scope scope = device.openScope()) {
      Tensor x = scope.floats(new float[] {1, 2, 3, 4}, 2, 2);
      Tensor product = scope.zeros(x.dtype(), 2, 2);
      Runnable multiply = () -> square(device, x, product);
      together.await();
      for (int round = 0; round < ROUNDS; round++) {
        device.forEach(
            4,
            task -> {
              try (Scope own = device.openScope()) {
                Tensor square = own.zeros(x.dtype(), 2, 2);
                square(device, x, square);
                assertArrayEquals(new float[] {7, 10, 15, 22}, square.toFloats());
              }
            });
        try (CapturedGraph graph = device.capture(multiply)) {
          assertTrue(graph.isCaptured());
          graph.replay();
        }
        assertArrayEquals(new float[] {7, 10, 15, 22}, product.toFloats());
      }
    }
    return null;
  }

  @Test
  void memoryIsEachDevicesOwn() {
    try (Device first = Devices.open("cuda:0");
        Device second = Devices.open("cuda:1");
        Scope a = first.openScope();
        Scope b = second.openScope()) {
      first.synchronize();
      second.synchronize();
      Emulator.setDeviceMemory(32 << 20);
      a.zeros(DType.F32, 6 << 20);
      b.zeros(DType.F32, 6 << 20);
      DeviceMemoryException full =
          assertThrows(DeviceMemoryException.class, () -> b.zeros(DType.F32, 6 << 20));
      assertTrue(full.getMessage().contains("cuda:1"), full.getMessage());
      assertEquals(first.memory().currentBytes(), second.memory().currentBytes());
    }
  }

  @Test
  void oneThatIsLostSaysSoAndClosesAndTheOtherGoesOn() {
    try (Device first = Devices.open("cuda:0");
        Scope a = first.openScope()) {
      Tensor x = a.floats(new float[] {1, 2, 3, 4}, 2, 2);
      Device second = Devices.open("cuda:1");
      Scope b = second.openScope();
      Tensor y = b.floats(new float[] {1, 2, 3, 4}, 2, 2);
      Tensor z = b.zeros(y.dtype(), 2, 2);
      square(second, y, z);
      CapturedGraph graph = second.capture(() -> square(second, y, z));
      assertFalse(second.isLost());
      Emulator.setLost(1, true);
      assertThrows(CudaCallException.class, y::toFloats);
      assertTrue(second.isLost());
      assertFalse(first.isLost());
      assertDoesNotThrow(graph::close);
      assertDoesNotThrow(b::close);
      assertDoesNotThrow(second::close);
      assertArrayEquals(new float[] {1, 2, 3, 4}, x.toFloats());
      // A GPU that comes back can be opened again.
      Emulator.setLost(1, false);
      try (Device again = Devices.open("cuda:1");
          Scope c = again.openScope()) {
        assertArrayEquals(new float[] {5}, c.floats(new float[] {5}, 1).toFloats());
      }
    }
  }
}
