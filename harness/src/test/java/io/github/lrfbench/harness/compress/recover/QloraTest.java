package io.github.lrfbench.harness.compress.recover;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QloraTest {
  private static final Budget BUDGET = new Budget.Bits(4);
  private static final String TRAINED = "rtn+qlora:r=3:alpha=6:epochs=3:lr=0.02";

  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  @Test
  void trainingLowersTheLossAndLeavesTheCodes() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      lowersTheLossAndLeavesTheCodes(task);
    }
  }

  @Test
  void factorsOfCodesAreOneMatrixToIt() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      Compression codes = task.compress("svd+int8", new Budget.Keep(0.4), Allocation.UNIFORM);
      Compression trained =
          task.compress(
              "svd+int8+qlora:epochs=3:lr=0.02", new Budget.Keep(0.4), Allocation.UNIFORM);
      assertTrue(task.loss(trained) < task.loss(codes));
      assertTrue(trained.replacements().values().stream().allMatch(map -> map instanceof Sum));
    }
  }

  @Test
  void namesOfAGpt2AreFoundToo() throws IOException {
    Path directory = TinyCheckpoint.gpt2(folder.resolve("model"), 2);
    try (TaskCase task = new TaskCase(deviceId(), folder, directory)) {
      lowersTheLossAndLeavesTheCodes(task);
    }
  }

  private static void lowersTheLossAndLeavesTheCodes(TaskCase task) {
    Compression codes = task.compress("rtn", BUDGET, Allocation.UNIFORM);
    Compression trained = task.compress(TRAINED, BUDGET, Allocation.UNIFORM);
    double loss = task.loss(trained);
    assertTrue(loss < task.loss(codes), () -> loss + " is no less than before");
    Map<String, Linear> before = codes.replacements();
    assertEquals(before.keySet(), trained.replacements().keySet());
    trained
        .replacements()
        .forEach(
            (slot, map) -> {
              Linear base = ((Sum) map).first();
              assertEquals(before.get(slot).bits(), base.bits());
              assertArrayEquals(matrix(before.get(slot), task), matrix(base, task), slot);
              assertEquals(3, ((Sum) map).second().rank());
            });
    for (LayerReport layer : trained.layers()) {
      assertTrue(layer.diagnostics().note().endsWith("trained"), layer.diagnostics().note());
    }
  }

  private static float[] matrix(Linear linear, TaskCase task) {
    try (Scope scope = task.model().device().openScope()) {
      Matrix w = Matrix.of(scope.allocate(DType.F32, linear.outputs(), linear.inputs()));
      linear.materialize(scope.device(), w);
      return w.data().toFloats();
    }
  }

  @Test
  void withoutCodesThereIsNothingToTrainBeside() throws IOException {
    try (TaskCase task = new TaskCase(deviceId(), folder)) {
      String message =
          assertThrows(
                  InputException.class,
                  () -> task.compress("svd+qlora", new Budget.Keep(0.4), Allocation.UNIFORM))
              .getMessage();
      assertTrue(message.contains("no matrix holds codes"), message);
    }
  }
}
