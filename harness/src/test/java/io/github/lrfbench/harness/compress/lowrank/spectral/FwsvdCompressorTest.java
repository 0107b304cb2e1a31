package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.lowrank.DiagonalTransform;
import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.harness.compress.lowrank.WeightedSvd;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FwsvdCompressorTest {
  /** W of the worked example, [4, 3]. */
  private static final float[] W = {2, -1, 0, 1, 3, -2, 0, 1, 4, -1, 2, 1};

  private static final double[] IMPORTANCES = {3.5, 1.5, 3.5};

  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private MatrixCase matrix(float[] w, int outputs, int inputs) {
    return MatrixCase.of(scope, w, outputs, inputs);
  }

  private float[] compressed(MatrixCase matrix, double[] scales, int rank) {
    return matrix.product(
        WeightedSvd.decompose(
                matrix.request(MethodOptions.NONE, rank),
                (slot, work) -> new DiagonalTransform(scales))
            .get(0),
        rank);
  }

  private static double weightedError(float[] w, float[] approximation, double[] importances) {
    double error = 0;
    for (int i = 0; i < w.length; i++) {
      error += importances[i % importances.length] * Math.pow(w[i] - approximation[i], 2);
    }
    return error;
  }

  @Test
  void workedExample() {
    MatrixCase slot = matrix(W, 4, 3);
    double[] scales = FwsvdCompressor.scales("w", IMPORTANCES);
    float[] weighted = compressed(slot, scales, 1);
    assertEquals(41.474338, weightedError(W, weighted, IMPORTANCES), 1e-4);
    float[] plain = compressed(slot, new double[] {1, 1, 1}, 1);
    assertEquals(41.494941, weightedError(W, plain, IMPORTANCES), 1e-4);
    assertEquals(20.416771, weightedError(W, plain, new double[] {1, 1, 1}), 1e-4);
  }

  @Test
  void onlyTheRatiosOfImportancesCount() {
    double[] scales = FwsvdCompressor.scales("w", IMPORTANCES);
    double[] scaled = FwsvdCompressor.scales("w", new double[] {3.5e-30, 1.5e-30, 3.5e-30});
    assertArrayEquals(scales, scaled, 1e-12);
    assertEquals(1, scales[0]);
    assertArrayEquals(
        new double[] {1, 1}, FwsvdCompressor.scales("w", new double[] {1e-20, 1e-20}));
  }

  @Test
  void isNeverWorseThanPlainSvdInItsOwnMeasure() {
    SplittableRandom random = new SplittableRandom(3);
    float[] w = new float[20 * 30];
    for (int i = 0; i < w.length; i++) {
      w[i] = (float) random.nextGaussian();
    }
    double[] importances = new double[30];
    for (int i = 0; i < importances.length; i++) {
      importances[i] = Math.exp(3 * random.nextGaussian());
    }
    MatrixCase slot = matrix(w, 20, 30);
    double[] ones = new double[30];
    Arrays.fill(ones, 1);
    for (int rank : new int[] {1, 4, 9}) {
      double weighted =
          weightedError(
              w, compressed(slot, FwsvdCompressor.scales("w", importances), rank), importances);
      double plain = weightedError(w, compressed(slot, ones, rank), importances);
      assertTrue(weighted < 0.9 * plain, rank + ": " + weighted + " against " + plain);
    }
  }

  @Test
  void inputsThatNeverMatterAreKeptInBounds() {
    double[] scales = FwsvdCompressor.scales("w", new double[] {1, 0, 1e-30});
    assertArrayEquals(new double[] {1, 1e-4, 1e-4}, scales, 1e-15);
    float[] product = compressed(matrix(W, 4, 3), scales, 1);
    for (float value : product) {
      assertTrue(Float.isFinite(value));
    }
  }

  @Test
  void uselessInformationIsRefused() {
    assertThrows(InputException.class, () -> FwsvdCompressor.scales("w", new double[] {0, 0}));
    assertThrows(
        InputException.class, () -> FwsvdCompressor.scales("w", new double[] {1, Double.NaN}));
  }
}
