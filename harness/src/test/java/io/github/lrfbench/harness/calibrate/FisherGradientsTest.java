package io.github.lrfbench.harness.calibrate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The squares are of every example's gradient, never of the batch's. */
class FisherGradientsTest {
  @Test
  void workedExample() {
    // Gradients of W [4, 3] of two examples; with x = I they are the transposed slopes.
    float[] slopes = {
      1, 0, 1, 0, 0, 1, 1, 0, 2, 0, 0, 1, // first example, [3 tokens, 4 outputs]
      0, 2, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0 // second
    };
    float[] inputs = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1};
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      Matrix weight = Matrix.of(scope.zeros(DType.F32, 3, 4));
      LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
      try (Fisher fisher = new Fisher(List.of(slot), device.openScope())) {
        new FisherGradients(fisher, new int[] {0, 3, 6})
            .add(
                slot.linear(),
                Matrix.of(scope.floats(inputs, 6, 3)),
                Matrix.of(scope.floats(slopes, 6, 4)));
        // Sums over the two examples; the means are half of them: 3.5, 1.5, 3.5.
        assertArrayEquals(new double[] {7, 3, 7}, fisher.ofInputs("w"), 1e-6);
      }
    }
  }
}
