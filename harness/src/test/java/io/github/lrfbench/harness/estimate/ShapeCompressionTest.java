package io.github.lrfbench.harness.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.spi.Compressor.Takes;
import io.github.lrfbench.harness.compress.spi.Compressors;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.shapes.ShapeDevice;
import io.github.lrfbench.harness.source.ModelOutline;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What shapes say of a compressed model is what the method makes. */
class ShapeCompressionTest {
  private static final int LENGTH = 7;

  @TempDir private Path folder;

  static Stream<String> methods() {
    return Compressors.all().stream()
        .filter(method -> method.takes() == Takes.WHOLE)
        .filter(LowRankMethod.class::isInstance)
        .map(method -> method.info().name());
  }

  private static void assertSame(Model made, Model estimated, String what) {
    assertEquals(forms(made), forms(estimated), what);
    assertEquals(made.parameters(), estimated.parameters(), what);
    assertEquals(made.bytes(), estimated.bytes(), what);
    assertEquals(made.flops(LENGTH), estimated.flops(LENGTH), what);
    assertEquals(made.forwardFlops(LENGTH), estimated.forwardFlops(LENGTH), what);
  }

  private static List<String> forms(Model model) {
    return model.slots().stream().map(slot -> slot.name() + slot.linear().label()).toList();
  }

  private void assertEstimates(TaskCase task, Gpt2Options options, String method) {
    try (ShapeDevice device = new ShapeDevice();
        Model dense = ModelOutline.open(folder.resolve("model"), options, device, new Notes())) {
      assertSame(task.model(), dense, "dense");
      for (int multiple : List.of(1, 2)) {
        for (Budget budget :
            List.of(
                new Budget.Keep(0.9),
                new Budget.Keep(0.5),
                new Budget.Keep(0.1),
                new Budget.Bits(10),
                new Budget.Rank(3),
                new Budget.Rank(1000))) {
          Allocation allocation = new Allocation(Allocation.Policy.UNIFORM, multiple);
          ShapeCompression shapes =
              new ShapeCompression(MethodChain.parse(method), budget, allocation, List.of());
          Model estimated = shapes.apply(dense);
          try (Model made = task.compress(method, budget, allocation).model(task.model())) {
            assertSame(made, estimated, method + " " + budget + " " + multiple);
          }
          if (estimated != dense) {
            estimated.close();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void everyMethodOfTwoFactorsStoresWhatShapesSay(String method) throws IOException {
    try (TaskCase task = new TaskCase("cpu", folder)) {
      assertEstimates(task, Gpt2Options.DEFAULT, method);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ofLanguageModelsToo(boolean apart) throws IOException {
    Gpt2Options options = new Gpt2Options(apart, apart);
    Path checkpoint = TinyCheckpoint.gpt2(folder.resolve("model"), 0);
    try (TaskCase task = new TaskCase("cpu", folder, checkpoint, options)) {
      assertEstimates(task, options, "svd");
    }
  }

  private static InputException refusal(String method, Budget budget, String policy) {
    return assertThrows(
        InputException.class,
        () ->
            new ShapeCompression(
                MethodChain.parse(method), budget, Allocation.parse(policy, 1), List.of()));
  }

  @Test
  void whatNeedsTheWeightsIsRefused() {
    Budget half = new Budget.Keep(0.5);
    for (InputException refused :
        List.of(
            refusal("svd", new Budget.Energy(0.9), "uniform"),
            refusal("svd", half, "greedy"),
            refusal("drone:tolerance=1.1", half, "uniform"),
            refusal("drone:attention=joint", half, "uniform"),
            refusal("svd+int8", half, "uniform"),
            refusal("embedding-svd", half, "uniform"),
            refusal("kronecker", half, "uniform"))) {
      assertTrue(refused.getMessage().contains("estimate that directory"), refused.getMessage());
      assertEquals(1, refused.getMessage().lines().count());
    }
  }
}
