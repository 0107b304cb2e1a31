package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.OutputDivergence;
import io.github.lrfbench.harness.calibrate.OutputDivergence.Changed;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.model.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Allocations that try models, on the CPU alone: they would take minutes on the emulator. */
class TrialAllocationTest {
  @TempDir private Path folder;

  @Test
  void theSameIsChosenTwice() throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      int[][] ranks = new int[2][];
      for (int i = 0; i < 2; i++) {
        ranks[i] =
            task
                .compress("fwsvd", new Budget.Keep(0.5), new Allocation(Allocation.Policy.STRS, 1))
                .layers()
                .stream()
                .mapToInt(LayerReport::rank)
                .toArray();
      }
      assertArrayEquals(ranks[0], ranks[1]);
    }
  }

  @Test
  void whatWasFoundOutIsTold() throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      Budget budget = new Budget.Keep(0.5);
      Map<String, String> lems = parameters(task, "drone", budget, "lems:tune=3");
      assertEquals("lems:tune=3", lems.get("allocate"));
      double sum = Double.parseDouble(lems.get("allocate_kl_sum"));
      double together = Double.parseDouble(lems.get("allocate_kl_together"));
      assertTrue(sum > 0 && together > 0);
      assertTrue(lems.containsKey("allocate_alpha") && lems.containsKey("allocate_gamma"));
      Map<String, String> atp = parameters(task, "svd", budget, "atp");
      assertTrue(Double.parseDouble(atp.get("allocate_beta")) <= 1);
      Map<String, String> swift = parameters(task, "kronecker", budget, "effective-rank");
      assertTrue(Double.parseDouble(swift.get("allocate_alpha")) <= 1);
      assertTrue(
          parameters(task, "swift", budget, "effective-rank")
              .get("allocate_effective_rank")
              .startsWith("query:0."));
    }
  }

  private static Map<String, String> parameters(
      TaskCase task, String method, Budget budget, String allocation) {
    return task.compress(method, budget, Allocation.parse(allocation, 1)).parameters();
  }

  /** Sums of the single cuts' divergences, from the outputs themselves. */
  @Test
  void anchorsAreWhatSingleCutsDiverge() throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      Map<String, String> told = parameters(task, "svd", new Budget.Keep(0.5), "lems:gamma=0");
      Compression deep = task.compress("svd", new Budget.Keep(0.1), Allocation.UNIFORM);
      List<Changed> models = new ArrayList<>();
      deep.replacements()
          .forEach((slot, map) -> models.add(new Changed(task.model().with(Map.of(slot, map)), 0)));
      double[] alone =
          OutputDivergence.of(task.model(), models, task.calibrator().heldOut(128)).ofEach();
      models.forEach(changed -> changed.model().close());
      double sum = Arrays.stream(alone).sum();
      assertEquals(sum, Double.parseDouble(told.get("allocate_kl_sum")), 2e-3 * sum);
      try (Model all = task.model().with(deep.replacements())) {
        double together =
            OutputDivergence.of(
                    task.model(), List.of(new Changed(all, 0)), task.calibrator().heldOut(128))
                .ofEach()[0];
        assertEquals(
            together, Double.parseDouble(told.get("allocate_kl_together")), 2e-3 * together);
      }
    }
  }

  /** Bits, rounded ranks, sequential statistics, chains, made-up biases and shares of energy. */
  @ParameterizedTest
  @ValueSource(strings = {"lems", "effective-rank", "atp", "lems:kl=equal", "atp:beta=-0.5"})
  void everyMethodCanBeSharedOut(String policy) throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      Allocation allocation = Allocation.parse(policy, 2);
      for (String method :
          List.of("drone:statistics=sequential:bias=compensate", "svd+int8", "drone+bias")) {
        for (Budget budget : List.of(new Budget.Bits(12), new Budget.Energy(0.7))) {
          Compression made = task.compress(method, budget, allocation);
          assertTrue(made.layers().stream().anyMatch(LayerReport::replaced), method);
          for (LayerReport layer : made.layers()) {
            assertTrue(!layer.replaced() || layer.rank() % 2 == 0, layer.toString());
          }
        }
      }
    }
  }
}
