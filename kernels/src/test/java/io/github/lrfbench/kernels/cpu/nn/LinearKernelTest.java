package io.github.lrfbench.kernels.cpu.nn;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.contract.Grid;
import io.github.lrfbench.kernels.contract.ReferenceNn;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.rows.FloatRowMath;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Activation;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ways of cutting products, wherever the tests run. */
class LinearKernelTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void piecesAddUpToTheProduct(boolean smallProducts) {
    int[][] shapes = {
      {1, 1, 1}, {3, 0, 5}, {0, 4, 5}, {17, 400, 65}, {300, 70, 200}, {257, 800, 70}, {40, 1000, 3}
    };
    for (int threads = 1; threads <= 3; threads++) {
      try (Workers workers = new Workers(threads);
          Device device = Devices.open("cpu");
          Scope scope = device.openScope()) {
        RowMath<float[]> math = FloatRowMath.INSTANCE;
        LinearKernel<float[]> kernel =
            new LinearKernel<>(
                math, new RowKernels<>(math, workers), workers, new BlockPool(), smallProducts);
        for (int[] s : shapes) {
          Grid x = Grid.random(s[0], s[1], 1);
          Grid w = Grid.random(s[2], s[1], 2);
          Grid bias = Grid.random(1, s[2], 3);
          Grid expected = ReferenceNn.linear(x, w, bias.values(), Activation.RELU);
          Matrix y = place(scope, Grid.of(s[0], s[2], (i, j) -> Double.NaN));
          kernel.run(
              place(scope, x),
              false,
              place(scope, w.transposed()),
              place(scope, bias).data(),
              Activation.RELU,
              y);
          double tolerance = 2e-6 * Math.max(1, expected.largest());
          Assertions.assertArrayEquals(expected.values(), y.data().toDoubles(), tolerance);
        }
      }
    }
  }

  private static Matrix place(Scope scope, Grid grid) {
    float[] values = new float[grid.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) grid.values()[i];
    }
    return Matrix.of(scope.floats(values, grid.rows(), grid.cols()));
  }
}
