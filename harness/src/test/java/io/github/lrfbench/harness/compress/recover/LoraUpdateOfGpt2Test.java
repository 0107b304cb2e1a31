package io.github.lrfbench.harness.compress.recover;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights of a GPT-2 have names of their own, by which those to train are found. */
class LoraUpdateOfGpt2Test {
  @TempDir private Path folder;

  @Test
  void factorsAreTrained() throws IOException {
    Path directory = TinyCheckpoint.gpt2(folder.resolve("model"), 2);
    try (TaskCase task = new TaskCase("cpu", folder, directory)) {
      Budget budget = new Budget.Keep(0.3);
      double before = task.loss(task.compress("svdllm", budget, Allocation.UNIFORM));
      double after =
          task.loss(
              task.compress("svdllm:update=lora:epochs=2:lr=0.02", budget, Allocation.UNIFORM));
      assertTrue(after < before, after + " after training, " + before + " before");
    }
  }
}
