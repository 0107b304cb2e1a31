package io.github.lrfbench.harness.compress.matrix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeasuredPointsTest {
  @TempDir private Path folder;

  /** The energy is 5. */
  @Test
  void aPointThatErrsMoreThanOneBeforeIsWorthNothing() {
    assertErrors(new double[] {5, 5}, 20, 16);
    assertErrors(new double[] {2, 2}, 2, 3);
    assertErrors(new double[] {2, 1}, 2, 1);
    assertErrors(new double[] {2, 0}, 2, -1e-9);
    assertErrors(new double[] {2, 2}, 2);
  }

  private static void assertErrors(double[] expected, double... squaredErrors) {
    OperatingPoints points = MeasuredPoints.meanErrors(RankPoints.of(2, 2), 5, squaredErrors, 20);
    assertEquals(5.0 / 20, points.energy(), 1e-15);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i] / 20, points.get(i).squaredError(), 1e-15);
    }
  }

  private static List<Factorization> factorize(CompressionRequest request, MethodSpec spec) {
    MatrixMethod method = (MatrixMethod) spec.compressor();
    List<Target> targets = new ArrayList<>();
    for (LinearSlot slot : request.slots()) {
      Linear linear = slot.linear();
      OperatingPoints points = method.points(linear.outputs(), linear.inputs(), spec.options());
      targets.add(new Target(slot, Math.max(0, points.saving() - 1), true));
    }
    SlotStatistics statistics = new SlotStatistics(request.statistics(), null);
    return List.copyOf(
        method.factorize(new FactorRequest(targets, spec.options(), statistics, request.scope())));
  }

  private static double[] values(Linear map, Scope scope) {
    Matrix product = Matrix.of(scope.allocate(DType.F32, map.outputs(), map.inputs()));
    map.copyTo(scope, DType.F32).materialize(scope.device(), product);
    return product.data().toDoubles();
  }

  /** The mean over tokens of ‖D x‖², or of ‖D (x − μ)‖², by its definition. */
  private static double error(double[] w, double[] map, Moments moments, boolean centred) {
    double[] c = moments.gram().data().toDoubles();
    int n = moments.mean().length;
    double sum = 0;
    for (int i = 0; i < w.length / n; i++) {
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < n; k++) {
          double of = c[j * n + k];
          if (centred) {
            of -= moments.tokens() * moments.mean()[j] * moments.mean()[k];
          }
          sum += (w[i * n + j] - map[i * n + j]) * of * (w[i * n + k] - map[i * n + k]);
        }
      }
    }
    return sum / moments.tokens();
  }

  /** Prices of all points are what those points lose, whatever a method's singular values say. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "svd",
        "svd:bias=compensate",
        "fwsvd",
        "asvd",
        "asvd:alpha=1:scale=rms",
        "drone",
        "drone:form=literal",
        "drone:bias=compensate",
        "svdllm",
        "svdllm:whitening=eigen",
        "svdllm:bias=compensate",
        "dalr",
        "dalr:lambda=1",
        "dalr:lambda=1:exact=true",
        "lord",
        "lord:bias=keep",
        "espace:candidate=mse",
        "espace:candidate=nl",
        "tfwsvd:select=all",
        "tfwsvd:bias=compensate",
        "wlra",
        "kronecker",
        "int8"
      })
  void pricesOfOutputsAreTheirErrors(String text) throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder);
        Scope scope = task.model().device().openScope()) {
      MethodSpec spec = MethodSpec.parse(text);
      CompressionRequest request = task.request(text, new Budget.Keep(0.5), Allocation.UNIFORM);
      List<Factorization> known = factorize(request, spec);
      List<OperatingPoints> priced = new MeasuredPoints(request).ofOutputs(known);
      boolean centred = spec.options().is("bias", "compensate");
      for (int i = 0; i < known.size(); i++) {
        LinearSlot slot = request.slots().get(i);
        Moments moments = task.calibrator().moments().of(slot.name());
        double[] w = SlotMatrix.of(slot, scope).data().toDoubles();
        double whole = error(w, new double[w.length], moments, false);
        double smallest = whole;
        for (int point = 0; point < known.get(i).points().saving(); point++) {
          double[] map = values(known.get(i).fit(point, scope).map(), scope);
          double error = error(w, map, moments, centred);
          smallest = Math.min(smallest, error);
          // Where every rank is solved anew, most are estimates.
          double slack = known.get(i).measuresAll() ? 1e-5 * whole : 0.1 * whole;
          String where = text + " " + slot.name() + " point " + point;
          assertEquals(smallest, priced.get(i).get(point).squaredError(), slack, where);
        }
      }
    }
  }

  private static double kept(LayerReport layer, EnergyOf of) {
    double lost =
        of == EnergyOf.WEIGHTS
            ? layer.error() / layer.norm()
            : layer.outputError() / layer.outputNorm();
    return 1 - lost * lost;
  }

  /** What the results measure of the share, at the rank that was chosen and at the one before. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "svd",
        "svd:bias=compensate",
        "fwsvd",
        "asvd",
        "drone",
        "svdllm",
        "dalr:lambda=1",
        "lord",
        "lord:bias=keep",
        "espace:candidate=mse",
        "tfwsvd:select=all",
        "wlra"
      })
  void theSmallestRankHoldsTheShare(String method) throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      task.calibrator().moments();
      int replaced = 0;
      for (EnergyOf of : List.of(EnergyOf.WEIGHTS, EnergyOf.OUTPUTS)) {
        for (double share : new double[] {0.3, 0.6, 0.9}) {
          Compression chosen =
              task.compress(method, new Budget.Energy(share, of), Allocation.UNIFORM);
          for (int i = 0; i < chosen.layers().size(); i++) {
            LayerReport layer = chosen.layers().get(i);
            int broken = (layer.rows() * layer.cols() - 1) / (layer.rows() + layer.cols());
            int below = layer.replaced() ? layer.rank() - 1 : broken;
            String where = method + " " + of + " " + share + " " + layer.layer();
            if (layer.replaced()) {
              replaced++;
              assertTrue(kept(layer, of) >= share - 1e-6, where);
            }
            if (below > 0) {
              Compression less = task.compress(method, new Budget.Rank(below), Allocation.UNIFORM);
              assertTrue(kept(less.layers().get(i), of) <= share + 1e-6, where);
            }
          }
        }
      }
      assertTrue(replaced > 0);
    }
  }

  /** The rank of a share of the weights; 0 for a matrix that stays as it is. */
  private static int rank(double share, int rows, int cols, float... w) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      Matrix weight = Matrix.of(scope.allocate(DType.F32, cols, rows));
      device.blas().transpose(Matrix.of(scope.floats(w, rows, cols)), weight);
      LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
      MethodSpec svd = MethodSpec.parse("svd");
      Budget budget = new Budget.Energy(share, EnergyOf.WEIGHTS);
      CompressionRequest request =
          new CompressionRequest(null, List.of(slot), budget, svd.options(), null, null, scope, 0);
      OperatingPoints points =
          new MeasuredPoints(request).ofEnergy(factorize(request, svd), budget).get(0);
      int chosen = budget.choose(points);
      return points.savesNothing(chosen) ? 0 : points.get(chosen).rank();
    }
  }

  @Test
  void hostileMatricesHaveARankOrStayAsTheyAre() {
    assertEquals(0, rank(0.5, 1, 1, 3));
    assertEquals(0, rank(1, 1, 4, 1, 2, 3, 4), "a row has no factors that save anything");
    assertEquals(1, rank(0.9, 4, 4, new float[16]));
    float[] deficient = new float[64];
    float[] full = new float[64];
    for (int i = 0; i < 64; i++) {
      deficient[i] = (1 + i / 8) * (2 + i % 8);
      full[i] = i % 9 == 0 ? 1 : 0;
    }
    assertEquals(1, rank(1, 8, 8, deficient));
    assertEquals(3, rank(0.375, 8, 8, full), "three of eight equal singular values");
    assertEquals(0, rank(0.5, 8, 8, full), "four factors are no smaller than the matrix");
    for (float scale : new float[] {1e-15f, 1e15f}) {
      float[] scaled = deficient.clone();
      for (int i = 0; i < 64; i++) {
        scaled[i] *= scale;
      }
      assertEquals(1, rank(1, 8, 8, scaled));
    }
  }
}
