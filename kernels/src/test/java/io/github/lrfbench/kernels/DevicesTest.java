package io.github.lrfbench.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {
  @Test
  void autoTakesADeviceAndSaysWhichInOneLine() {
    List<String> log = new ArrayList<>();
    try (Device device = Devices.open("auto", new DeviceOptions(1), log::add)) {
      assertEquals(1, log.size());
      assertTrue(log.get(0).startsWith("device " + device.id()), log.get(0));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cpu:1", "cpu:", "cpu:x", "cpu:-1", "tpu", ""})
  void unknownDevicesAreInputErrors(String id) {
    assertThrows(InputException.class, () -> Devices.open(id));
  }

  @Test
  void tensorsOfAClosedScopeFailWithoutACrash() {
    try (Device device = Devices.open("cpu")) {
      Scope scope = device.openScope();
      Tensor tensor = scope.floats(new float[] {1, 2, 3}, 3);
      scope.close();
      assertThrows(IllegalStateException.class, tensor::toFloats);
      assertThrows(IllegalStateException.class, () -> device.blas().squaredNorm(Matrix.of(tensor)));
    }
  }
}
