package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.ProductRounding;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How the scale of the loss follows overflows. */
class LossScaleTest {
  @Test
  void isOneWhereNothingIsRounded() {
    try (Device device = Devices.open("cpu")) {
      LossScale scale = new LossScale(device);
      for (int i = 0; i < 10_000; i++) {
        scale.succeeded();
      }
      assertEquals(1, scale.factor());
      assertFalse(scale.shrink());
    }
  }

  @Test
  @Tag("cuda")
  void halvesAfterAnOverflowAndGrowsAfterManySteps() {
    DeviceOptions options = new DeviceOptions(1, ProductRounding.F16);
    try (Device device = Devices.open("cuda", options, line -> {})) {
      LossScale scale = new LossScale(device);
      double start = scale.factor();
      assertTrue(scale.shrink());
      assertEquals(start / 2, scale.factor());
      for (int i = 0; i < 1999; i++) {
        scale.succeeded();
      }
      assertEquals(start / 2, scale.factor());
      LossScale resumed = new LossScale(device);
      resumed.resumeAt(scale.factor(), scale.stepsSinceChange());
      scale.succeeded();
      resumed.succeeded();
      assertEquals(start, scale.factor());
      assertEquals(start, resumed.factor());
      int halvings = 0;
      while (scale.shrink()) {
        halvings++;
      }
      assertEquals(1, scale.factor());
      assertEquals(Math.log(start) / Math.log(2), halvings, 1e-9);
    }
  }
}
