package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceMemoryException;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.cuda.emulator.Emulator;
import io.github.lrfbench.kernels.cuda.emulator.EmulatorTest;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@EmulatorTest
class CudaMemoryLimitTest {
  private static final int MEBI = 1 << 20;

  @AfterEach
  void restore() {
    Emulator.setDeviceMemory(0);
  }

  @Test
  void whatIsKeptIsFreedBeforeARequestFails() {
    Emulator.setDeviceMemory(64L * MEBI);
    try (Device device = Devices.open("cuda")) {
      try (Scope scope = device.openScope()) {
        for (int i = 0; i < 10; i++) {
          scope.allocate(DType.F32, MEBI);
        }
      }
      device.forEach(
          8,
          i -> {
            try (Scope scope = device.openScope()) {
              scope.zeros(DType.F32, MEBI / 4);
            }
          });
      try (Scope scope = device.openScope()) {
        scope.allocate(DType.F32, 12 * MEBI);
        assertThrows(DeviceMemoryException.class, () -> scope.allocate(DType.F32, 12 * MEBI));
        scope.allocate(DType.F32, MEBI);
      }
    }
  }

  @Test
  void nothingIsLeftWhenADeviceIsClosed() {
    List<String> before = Emulator.liveAllocations();
    Device device = Devices.open("cuda");
    Scope scope = device.openScope();
    Matrix a = Matrix.of(scope.zeros(DType.F32, 30, 30));
    device.blas().gemm(false, false, 1, a, a, 0, Matrix.of(scope.zeros(DType.F32, 30, 30)));
    device.forEach(5, i -> device.blas().squaredNorm(a));
    device.capture(() -> device.blas().copy(a, a));
    device.close();
    scope.close();
    assertEquals(before, Emulator.liveAllocations());
  }
}
