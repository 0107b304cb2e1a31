package io.github.lrfbench.harness.compress.laser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaserCompressorTest {
  @TempDir private Path folder;

  private static LinearSlot slot(Scope scope, int size, int layer, String role) {
    Matrix weight = Matrix.of(scope.zeros(DType.F32, size, size));
    return new LinearSlot(role + layer, layer, role, new DenseLinear(weight, null));
  }

  /** Ranks of 768 by the paper's ratios, in whole numbers. */
  @ParameterizedTest
  @CsvSource({"90, 691", "80, 614", "60, 460", "40, 307", "20, 153", "10, 76", "5, 38", "1, 7"})
  void ranksAreFlooredParts(int percent, int rank) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      assertEquals(rank, new Reduction(slot(scope, 768, 0, "output"), percent).rank());
      assertEquals(1, new Reduction(slot(scope, 1, 0, "output"), percent).rank());
    }
  }

  @Test
  void theLastBlockAndTheDeepestCutComeFirst() {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      List<LinearSlot> slots =
          List.of(
              slot(scope, 4, 0, "query"),
              slot(scope, 4, 0, "output"),
              slot(scope, 4, 1, "query"),
              slot(scope, 4, 1, "output"));
      List<Reduction> mlp = Reduction.candidates(slots, true);
      assertEquals(16, mlp.size());
      assertEquals("output1", mlp.get(0).slot().name());
      assertEquals(1, mlp.get(0).percent());
      assertEquals("output0", mlp.get(8).slot().name());
      assertEquals(32, Reduction.candidates(slots, false).size());
    }
  }

  @Test
  void aGainMustBeMoreThanItsStandardError() {
    double[] ones = {1, 1, 1};
    assertTrue(ExampleLosses.fell(ones, new double[] {0.9, 0.8, 0.9}, 1));
    assertFalse(ExampleLosses.fell(ones, new double[] {2, 0.5, 0.4}, 1));
    assertFalse(ExampleLosses.fell(ones, ones, 1));
    assertFalse(ExampleLosses.fell(ones, new double[] {1.1, 1.1, 1.1}, 1));
    // A mean of 0.2 and a standard error of 0.115.
    assertTrue(ExampleLosses.fell(ones, new double[] {0.6, 1, 0.8}, 1.7));
    assertFalse(ExampleLosses.fell(ones, new double[] {0.6, 1, 0.8}, 1.8));
  }

  @Test
  void theSearchTellsHowFarItIs() throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      CompressionRequest asked = task.request("laser", new Budget.Keep(0.5), Allocation.UNIFORM);
      List<String> told = new ArrayList<>();
      new LaserCompressor()
          .compress(
              new CompressionRequest(
                  asked.model(),
                  asked.slots(),
                  asked.budget(),
                  asked.allocation(),
                  asked.options(),
                  asked.statistics(),
                  asked.cache(),
                  asked.scope(),
                  0,
                  told::add));
      // Two feed-forward matrices in each of two blocks, at eight ranks.
      assertEquals(32, told.size());
      assertEquals("tried 0 of 32 cuts, kept 0", told.get(0));
      assertTrue(told.get(31).startsWith("tried 31 of 32 cuts"), told.get(31));
    }
  }

  @Test
  void aBudgetThatItCannotShareOutIsRefused() {
    MethodSpec laser = MethodSpec.parse("laser");
    assertThrows(
        InputException.class, () -> laser.check(new Allocation(Allocation.Policy.GREEDY, 1)));
    assertThrows(
        InputException.class, () -> laser.check(new Allocation(Allocation.Policy.UNIFORM, 8)));
    laser.check(Allocation.UNIFORM);
  }

  @Test
  void keepsTheCutsThatHelpAndNothingElse() throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      Compression found =
          task.compress("laser:search=all", new Budget.Keep(0.01), Allocation.UNIFORM);
      assertFalse(found.replacements().isEmpty(), "nothing helps a random model?");
      double before = ExampleLosses.mean(task.model(), task.calibrator().heldOut());
      try (Model model = task.model().with(found.replacements())) {
        assertTrue(ExampleLosses.mean(model, task.calibrator().heldOut()) < before);
      }
      for (LayerReport layer : found.layers()) {
        boolean cut = found.replacements().containsKey(layer.layer());
        assertEquals(cut, layer.error() > 0, layer.toString());
        assertTrue(cut || layer.diagnostics().note().equals("no cut of it helps"));
      }
      // A budget that keeps everything forbids every cut that saves something.
      Compression none = task.compress("laser:search=all", new Budget.Keep(1), Allocation.UNIFORM);
      assertTrue(
          none.layers().stream().allMatch(layer -> layer.parameters() >= layer.parametersDense()));
    }
  }
}
