package io.github.lrfbench.harness.compress.recover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressiveCompressorTest {
  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  @Test
  void ranksFallToTheLastAndStayBelowBreakEven() {
    for (int last : new int[] {1, 3, 40, 383}) {
      RankSchedule schedule = new RankSchedule(384, last, 4);
      int before = 384;
      for (int step = 1; step <= 4; step++) {
        assertTrue(schedule.rank(step) <= before && schedule.rank(step) < 384);
        before = schedule.rank(step);
      }
      assertEquals(last, before);
    }
    // Half of the parameters in two steps: a factor of the root of two each.
    assertEquals(271, new RankSchedule(384, 192, 2).rank(1));
  }

  @Test
  void withoutTrainingItIsTheTruncatedSvd() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Budget budget = new Budget.Keep(0.4);
      for (Policy policy : new Policy[] {Policy.UNIFORM, Policy.GREEDY}) {
        Allocation allocation = new Allocation(policy, 1);
        Compression svd = task.compress("svd", budget, allocation);
        Compression progressive = task.compress("progressive:epochs=0:last=0", budget, allocation);
        assertEquals(svd.replacements().keySet(), progressive.replacements().keySet());
        for (int i = 0; i < svd.layers().size(); i++) {
          assertEquals(svd.layers().get(i).rank(), progressive.layers().get(i).rank());
          assertEquals(svd.layers().get(i).error(), progressive.layers().get(i).error(), 1e-4);
        }
      }
    }
  }

  @Test
  void trainingLowersTheLossAndChangesNothingButTheFactors() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Budget budget = new Budget.Keep(0.3);
      double untrained =
          task.loss(task.compress("progressive:epochs=0:last=0", budget, Allocation.UNIFORM));
      double dense = task.loss(task.compress("dense", budget, Allocation.UNIFORM));
      for (String distill : new String[] {"never", "always"}) {
        Compression trained =
            task.compress(
                "progressive:epochs=3:last=6:lr=0.01:distill=" + distill,
                budget,
                Allocation.UNIFORM);
        double loss = task.loss(trained);
        if (distill.equals("never")) {
          assertTrue(loss < untrained, loss + " after training, " + untrained + " before");
        }
        assertEquals("0.01", trained.parameters().get("lr"));
      }
      assertEquals(
          dense, task.loss(task.compress("dense", budget, Allocation.UNIFORM)), "model unchanged");
    }
  }
}
