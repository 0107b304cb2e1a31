package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.contract.Grid;
import io.github.lrfbench.kernels.contract.ReferenceBlas;
import io.github.lrfbench.kernels.contract.ReferenceNn;
import io.github.lrfbench.kernels.cuda.RoundedMatrix.Margin;
import io.github.lrfbench.kernels.cuda.lowrank.LowRankLauncher;
import io.github.lrfbench.kernels.cuda.lowrank.LowRankTiming;
import io.github.lrfbench.kernels.cuda.lowrank.LowRankTuning;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The fused low-rank product against the float64 reference on the same rounded inputs. */
@Tag("cuda")
class LowRankTest {
  private CudaDevice device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = (CudaDevice) Devices.open("cuda");
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private static double tolerance(DType dtype) {
    return switch (dtype) {
      case F64 -> 1e-13;
      case F32 -> 2e-6;
      case F16 -> 3e-3;
      case BF16 -> 3e-2;
      case I32, I8, U8 -> 0;
    };
  }

  private RoundedMatrix random(DType dtype, Margin margin, int rows, int cols, int seed) {
    // About as large as a product of so many wants to stay near one.
    double size = seed == 1 ? 1 : 1 / Math.sqrt(rows);
    return RoundedMatrix.of(scope, dtype, margin, Grid.random(rows, cols, seed).map(v -> v * size));
  }

  /** Rows, inputs, rank, outputs. */
  private void check(DType dtype, Margin margin, Activation activation, int... sizes) {
    RoundedMatrix x = random(dtype, margin, sizes[0], sizes[1], 1);
    RoundedMatrix down = random(dtype, margin, sizes[1], sizes[2], 2);
    RoundedMatrix up = random(dtype, margin, sizes[2], sizes[3], 3);
    RoundedMatrix bias = RoundedMatrix.vector(scope, dtype, Grid.random(1, sizes[3], 4));
    RoundedMatrix y =
        RoundedMatrix.of(scope, dtype, margin, Grid.of(sizes[0], sizes[3], (i, j) -> Double.NaN));
    boolean withBias = activation != Activation.NONE;
    boolean fused =
        new LowRankLauncher(device)
            .run(
                x.matrix(),
                down.matrix(),
                up.matrix(),
                withBias ? bias.tensor() : null,
                activation,
                y.matrix());
    assertTrue(fused);
    Grid product =
        ReferenceBlas.multiply(ReferenceBlas.multiply(x.values(), down.values()), up.values());
    Grid expected =
        ReferenceNn.biasActivation(product, withBias ? bias.values().values() : null, activation);
    y.assertHolds(
        expected,
        tolerance(dtype) * Math.max(1, product.largest()),
        dtype + " lowRank " + margin + " of " + Arrays.toString(sizes));
  }

  @ParameterizedTest
  @EnumSource(names = {"F64", "F32", "F16", "BF16"})
  void ranksRowsAndOddSizes(DType dtype) {
    int[][] sizes = {
      {1, 1, 1, 1},
      {1, 40, 8, 64},
      {16, 64, 16, 72},
      {17, 33, 5, 65},
      {33, 130, 31, 7},
      {70, 48, 33, 130},
      {2, 200, 64, 40},
      {5, 72, 100, 24},
      {3, 136, 128, 136}
    };
    for (int[] size : sizes) {
      check(dtype, Margin.NONE, Activation.GELU, size);
    }
    check(dtype, Margin.ALIGNED, Activation.NONE, 20, 64, 24, 200);
    check(dtype, Margin.ODD, Activation.TANH, 20, 64, 24, 200);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void manyInputsAreSharedByBlocksThatWaitForEachOther(DType dtype) {
    // Twice, because the first run leaves the counters for the second.
    for (int run = 0; run < 2; run++) {
      check(dtype, Margin.NONE, Activation.RELU, 18, 1600, 24, 200);
      check(dtype, Margin.NONE, Activation.NONE, 3, 3000, 8, 64);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "F32"})
  void manyRows(DType dtype) {
    check(dtype, Margin.NONE, Activation.NONE, 1100, 64, 16, 64);
  }

  @Test
  void sizesThatAreNotFusedAreTwoProducts() {
    RoundedMatrix x = random(DType.F32, Margin.NONE, 3, 140, 1);
    RoundedMatrix down = random(DType.F32, Margin.NONE, 140, 130, 2);
    RoundedMatrix up = random(DType.F32, Margin.NONE, 130, 5, 3);
    RoundedMatrix y = random(DType.F32, Margin.NONE, 3, 5, 1);
    device.nn().lowRank(x.matrix(), down.matrix(), up.matrix(), null, Activation.NONE, y.matrix());
    Grid expected =
        ReferenceBlas.multiply(ReferenceBlas.multiply(x.values(), down.values()), up.values());
    y.assertHolds(expected, 1e-5, "rank 130");
  }

  @Test
  void emptyProducts() {
    RoundedMatrix x = random(DType.F16, Margin.NONE, 3, 4, 1);
    RoundedMatrix down = random(DType.F16, Margin.NONE, 4, 0, 2);
    RoundedMatrix up = random(DType.F16, Margin.NONE, 0, 5, 3);
    RoundedMatrix bias = RoundedMatrix.vector(scope, DType.F16, Grid.random(1, 5, 4));
    RoundedMatrix y = random(DType.F16, Margin.NONE, 3, 5, 1);
    device
        .nn()
        .lowRank(
            x.matrix(), down.matrix(), up.matrix(), bias.tensor(), Activation.NONE, y.matrix());
    for (int i = 0; i < 3; i++) {
      double[] row = new double[5];
      y.tensor().read(5 * i, row, 0, 5);
      assertArrayEquals(bias.values().values(), row);
    }
  }

  @Test
  void bothFormsAreMeasured() {
    LowRankTuning.Sizes sizes =
        new LowRankTuning.Sizes(
            List.of(DType.F32, DType.F16), new int[][] {{16, 24}}, new int[] {8}, new int[] {3});
    List<LowRankTiming> timings = new LowRankTuning(device, line -> {}).run(sizes).timings();
    assertEquals(2, timings.size());
    for (LowRankTiming timing : timings) {
      assertTrue(timing.fusedMicros() > 0 && timing.twoMicros() > 0, timing.toCsv());
    }
  }
}
