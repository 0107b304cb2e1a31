package io.github.lrfbench.harness.compress.recover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoraUpdateTest {
  private static final Budget BUDGET = new Budget.Keep(0.3);
  private static final String TRAINED = "svdllm:update=lora:epochs=2:lr=0.02";
  private static final String STAGE = "lora:epochs=2:lr=0.02";

  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  private static LowRankLinear factors(Map<String, Linear> replacements, String slot) {
    return (LowRankLinear) replacements.get(slot);
  }

  private static float[] down(LowRankLinear linear) {
    return packed(linear.factors().down());
  }

  private static float[] up(LowRankLinear linear) {
    return packed(linear.factors().up());
  }

  private static float[] packed(Matrix matrix) {
    float[] values = new float[matrix.rows() * matrix.cols()];
    for (int i = 0; i < matrix.rows(); i++) {
      matrix
          .data()
          .read(
              matrix.offset() + (long) i * matrix.stride(),
              values,
              i * matrix.cols(),
              matrix.cols());
    }
    return values;
  }

  @Test
  void trainingLowersTheLossAtTheSameRanksAndChangesNothingElse() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      double dense = task.loss(task.compress("dense", BUDGET, Allocation.UNIFORM));
      Compression truncated = task.compress("svdllm", BUDGET, Allocation.UNIFORM);
      Compression trained = task.compress(TRAINED, BUDGET, Allocation.UNIFORM);
      double loss = task.loss(trained);
      assertTrue(loss < task.loss(truncated), () -> loss + " is no less than before");
      assertEquals(truncated.replacements().keySet(), trained.replacements().keySet());
      for (int i = 0; i < trained.layers().size(); i++) {
        LayerReport before = truncated.layers().get(i);
        LayerReport after = trained.layers().get(i);
        assertEquals(before.rank(), after.rank());
        assertEquals(before.parameters(), after.parameters());
        assertTrue(after.diagnostics().note().endsWith("trained"));
        assertTrue(Double.isNaN(after.diagnostics().predictedError()));
        // What is closest to the outputs on the dense model's inputs was there before.
        assertTrue(after.outputError() > before.outputError(), after.layer());
        LowRankLinear old = factors(truncated.replacements(), before.layer());
        LowRankLinear now = factors(trained.replacements(), before.layer());
        assertNotEquals(0, distance(down(old), down(now)));
        assertNotEquals(0, distance(up(old), up(now)));
      }
      assertEquals("8", trained.parameters().get("lora_r"));
      assertEquals("2", trained.parameters().get("epochs"));
      assertFalse(truncated.parameters().containsKey("epochs"));
      assertEquals(dense, task.loss(task.compress("dense", BUDGET, Allocation.UNIFORM)));
    }
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] - b[i]);
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneFactorIsTrainedAndTheOtherStays(boolean left) throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Map<String, Linear> before =
          task.compress("svdllm", BUDGET, Allocation.UNIFORM).replacements();
      Map<String, Linear> after =
          new LoraUpdate(
                  task.request("svdllm", BUDGET, Allocation.UNIFORM)
                      .with(
                          task.slots(),
                          BUDGET,
                          Allocation.UNIFORM,
                          MethodSpec.parse(STAGE).options()))
              .train(before, left);
      for (String slot : before.keySet()) {
        LowRankLinear old = factors(before, slot);
        LowRankLinear now = factors(after, slot);
        assertEquals(left, distance(down(old), down(now)) == 0, slot);
        assertEquals(!left, distance(up(old), up(now)) == 0, slot);
        assertArrayEquals(old.bias().toFloats(), now.bias().toFloats(), slot);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void adaptersBeginAsNothing(boolean left) throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder);
        Scope scope = task.model().device().openScope()) {
      Map<String, Linear> all = task.compress("svdllm", BUDGET, Allocation.UNIFORM).replacements();
      for (String slot : all.keySet()) {
        LowRankLinear linear = factors(all, slot);
        LowRankLinear merged =
            LoraUpdate.adapt(linear, left, new SplittableRandom(1), scope).merge(scope);
        assertArrayEquals(down(linear), down(merged));
        assertArrayEquals(up(linear), up(merged));
      }
    }
  }

  @Test
  void nothingToFactorIsNothingToTrain() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Compression kept = task.compress(TRAINED, new Budget.Rank(1000), Allocation.UNIFORM);
      assertTrue(kept.replacements().isEmpty());
      assertEquals(task.slots().size(), kept.layers().size());
    }
  }

  @Test
  void optionsOfTrainingNeedTraining() {
    assertTrue(MethodSpec.parse(TRAINED).needs().contains(Need.TRAINING));
    assertFalse(MethodSpec.parse("svdllm:update=ls").needs().contains(Need.TRAINING));
    for (String wrong : new String[] {"svdllm:epochs=2", "svdllm:update=ls:lr=0.1"}) {
      InputException refused =
          assertThrows(InputException.class, () -> MethodSpec.parse(wrong), wrong);
      assertTrue(refused.getMessage().contains("update=lora"), refused.getMessage());
    }
  }
}
