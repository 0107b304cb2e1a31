package io.github.lrfbench.harness.compress.allocate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllocationTest {
  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  private static long parameters(Compression compression) {
    return compression.layers().stream().mapToLong(LayerReport::parameters).sum();
  }

  private static long dense(Compression compression) {
    return compression.layers().stream().mapToLong(LayerReport::parametersDense).sum();
  }

  private static double squaredError(Compression compression) {
    return compression.layers().stream()
        .mapToDouble(layer -> layer.error() * layer.error() / (layer.norm() * layer.norm()))
        .sum();
  }

  @ParameterizedTest
  @EnumSource(Policy.class)
  void everyPolicyKeepsToTheBudgetAndSaysItsName(Policy policy) throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Allocation allocation = new Allocation(policy, 1);
      for (Budget budget : new Budget[] {new Budget.Keep(0.6), new Budget.Rank(3)}) {
        Compression compression = task.compress("svd", budget, allocation);
        Compression uniform = task.compress("svd", budget, Allocation.UNIFORM);
        assertEquals(task.slots().size(), compression.layers().size());
        double allowed = budget instanceof Budget.Keep ? 0.6 * dense(uniform) : parameters(uniform);
        if (policy != Policy.LATENCY) {
          assertTrue(parameters(compression) <= allowed + 1e-6, policy.label());
        }
        if (policy != Policy.UNIFORM) {
          assertEquals(policy.label(), compression.parameters().get("allocate"));
        }
      }
    }
  }

  @Test
  void greedyErrsLessThanUniformForTheSameParameters() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Budget budget = new Budget.Keep(0.5);
      Compression uniform = task.compress("svd", budget, Allocation.UNIFORM);
      Compression greedy = task.compress("svd", budget, new Allocation(Policy.GREEDY, 1));
      Compression lagrange = task.compress("svd", budget, new Allocation(Policy.LAGRANGE, 1));
      assertTrue(squaredError(greedy) < squaredError(uniform));
      assertEquals(squaredError(greedy), squaredError(lagrange), 0.05 * squaredError(greedy));
      assertNotEquals(1, greedy.layers().stream().mapToInt(LayerReport::rank).distinct().count());
    }
  }

  /** Whatever the method minimizes. */
  @ParameterizedTest
  @ValueSource(strings = {"svd", "fwsvd", "asvd", "tfwsvd", "drone", "espace"})
  void sensitivityErrsLessInOutputsThatTheLossDependsOn(String method) throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      task.calibrator().moments();
      Budget budget = new Budget.Keep(0.6);
      Compression uniform = task.compress(method, budget, Allocation.UNIFORM);
      Compression chosen = task.compress(method, budget, new Allocation(Policy.SENSITIVITY, 1));
      assertTrue(weightedError(chosen, task) < weightedError(uniform, task));
    }
  }

  private static double weightedError(Compression compression, TaskCase task) {
    Map<String, Double> sensitivities = task.calibrator().gradients().sensitivities();
    return compression.layers().stream()
        .filter(LayerReport::replaced)
        .mapToDouble(layer -> sensitivities.get(layer.layer()) * Math.pow(layer.outputError(), 2))
        .sum();
  }

  /** A sweep's tasks share what was found out of a model, but not what is of a task's examples. */
  @Test
  void errorsOfOutputsAreThoseOfTheTask() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder);
        Calibrator other =
            Calibrator.on(task.model(), "rev", "other", "hash", task.examples(), 1, 16, 9, folder);
        FactorizationCache shared = new FactorizationCache(task.model().device());
        FactorizationCache own = new FactorizationCache(task.model().device())) {
      int differing = 0;
      for (double keep : new double[] {0.3, 0.5, 0.7, 0.9}) {
        int[] before = sensitiveRanks(task, task.calibrator(), shared, keep);
        int[] after = sensitiveRanks(task, other, shared, keep);
        assertArrayEquals(sensitiveRanks(task, other, own, keep), after);
        differing += Arrays.equals(before, after) ? 0 : 1;
      }
      assertTrue(differing > 0);
    }
  }

  private static int[] sensitiveRanks(
      TaskCase task, Calibrator statistics, FactorizationCache cache, double keep) {
    CompressionRequest request =
        new CompressionRequest(
            task.model(),
            task.slots(),
            new Budget.Keep(keep),
            new Allocation(Policy.SENSITIVITY, 1),
            MethodOptions.NONE,
            statistics,
            cache,
            task.scope(),
            0);
    return MethodChain.parse("svd").compress(request).layers().stream()
        .mapToInt(LayerReport::rank)
        .toArray();
  }

  @Test
  void ranksAreRounded() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      for (Policy policy : new Policy[] {Policy.UNIFORM, Policy.GREEDY}) {
        Compression rounded = task.compress("svd", new Budget.Keep(0.8), new Allocation(policy, 2));
        for (LayerReport layer : rounded.layers()) {
          assertTrue(!layer.replaced() || layer.rank() % 2 == 0, layer.toString());
        }
        assertEquals("2", rounded.parameters().get("round_to"));
      }
    }
  }

  @Test
  void optionsAreReadAndTold() {
    Allocation lems = Allocation.parse("lems:gamma=0.0:alpha=0.5", 1);
    assertEquals("lems:alpha=0.5:gamma=0", lems.text());
    assertEquals(Allocation.parse(lems.name(), 1), lems);
    assertEquals(new Allocation(Policy.LEMS, 8), Allocation.parse("lems:gamma=5:kl=measured", 8));
    assertEquals(
        "effective-rank:delta=0 round 8", Allocation.parse("effective-rank:delta=0", 8).token());
    assertEquals(128, lems.heldOut());
    assertEquals(0, Allocation.parse("lems:kl=equal", 1).heldOut());
    assertEquals(128, Allocation.parse("lems:kl=equal:tune=2", 1).heldOut());
    assertTrue(Allocation.parse("atp", 1).needsExamples());
    assertFalse(Allocation.parse("atp:beta=0.2", 1).needsExamples());
    assertFalse(Allocation.parse("effective-rank:alpha=0", 1).needsExamples());
    assertTrue(Allocation.parse("effective-rank:alpha=1", 1).needsExamples());
    for (String wrong :
        List.of(
            "lems:beta=1",
            "lems:gamma=-1",
            "lems:gamma",
            "lems:kl=no",
            "lems:tune=2.5",
            "greedy:w=1",
            "atp:beta=NaN",
            "effective-rank:alpha=2",
            "lems:")) {
      InputException fault =
          assertThrows(InputException.class, () -> Allocation.parse(wrong, 1), wrong);
      assertTrue(fault.getMessage().startsWith("--allocate "), fault.getMessage());
    }
    InputException sum =
        assertThrows(
            InputException.class,
            () ->
                MethodChain.parse("int8++svd@")
                    .check(new Budget.Keep(0.5), Allocation.parse("lems", 1)));
    assertTrue(sum.getMessage().contains("--allocate lems"), sum.getMessage());
  }

  @Test
  void mistakesAreNamed() {
    InputException unknown = assertThrows(InputException.class, () -> Policy.parse("gredy"));
    assertTrue(unknown.getMessage().contains("greedy"), unknown.getMessage());
    assertThrows(InputException.class, () -> new Allocation(Policy.GREEDY, 0));
    assertEquals("uniform", Allocation.UNIFORM.text());
    assertEquals("uniform round 8", new Allocation(Policy.UNIFORM, 8).text());
  }
}
