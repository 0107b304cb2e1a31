package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.contract.Grid;
import io.github.lrfbench.kernels.contract.ReferenceBlas;
import io.github.lrfbench.kernels.contract.ReferenceNn;
import io.github.lrfbench.kernels.cuda.RoundedMatrix.Margin;
import io.github.lrfbench.kernels.cuda.emulator.Emulator;
import io.github.lrfbench.kernels.cuda.emulator.EmulatorTest;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.Segments;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices with other tensor cores, without asynchronous copies, or without either. */
@EmulatorTest
class OlderDevicesTest {
  private static final int DEFAULT = 80;

  @AfterEach
  void restore() {
    Emulator.setCapability(DEFAULT);
  }

  @ParameterizedTest
  @CsvSource({"70, F16", "75, F16", "75, BF16", "90, BF16"})
  void attentionAndLowRankProducts(int capability, DType dtype) {
    Emulator.setCapability(capability);
    double tolerance = dtype == DType.F16 ? 3e-3 : 3e-2;
    try (Device device = Devices.open("cuda");
        Scope scope = device.openScope()) {
      RoundedMatrix qkv = RoundedMatrix.of(scope, dtype, Margin.NONE, Grid.random(100, 3 * 64, 1));
      int[] offsets = {0, 17, 100};
      Matrix all = qkv.matrix();
      RoundedMatrix y = RoundedMatrix.of(scope, dtype, Margin.NONE, Grid.random(100, 64, 2));
      Segments segments = new Segments(scope.ints(offsets, 3), 2, 83);
      device
          .nn()
          .attention(
              all.columns(0, 64),
              all.columns(64, 128),
              all.columns(128, 192),
              segments,
              2,
              0.2,
              true,
              y.matrix());
      Grid values = qkv.values();
      Grid attended =
          ReferenceNn.attention(
              values.columns(0, 64),
              values.columns(64, 128),
              values.columns(128, 192),
              offsets,
              2,
              0.2,
              true);
      y.assertHolds(attended, tolerance, "attention on " + capability);

      RoundedMatrix down =
          RoundedMatrix.of(scope, dtype, Margin.NONE, Grid.random(192, 24, 3).map(v -> v / 14));
      RoundedMatrix up =
          RoundedMatrix.of(scope, dtype, Margin.NONE, Grid.random(24, 72, 4).map(v -> v / 5));
      RoundedMatrix z = RoundedMatrix.of(scope, dtype, Margin.NONE, Grid.random(20, 72, 5));
      device
          .nn()
          .lowRank(all.rows(0, 20), down.matrix(), up.matrix(), null, Activation.NONE, z.matrix());
      Grid product =
          ReferenceBlas.multiply(
              ReferenceBlas.multiply(values.rows(0, 20), down.values()), up.values());
      z.assertHolds(product, tolerance, "low rank on " + capability);
    }
  }
}
