package io.github.lrfbench.harness.compress.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.NarrowHeads;
import io.github.lrfbench.harness.linear.NarrowInputs;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with fewer neurons and thinner values: their outputs, sizes and chains. */
class NarrowerModelTest extends NarrowerCase {
  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "distilbert", "gpt2"})
  void blocksBecomeSmaller(String model) throws IOException {
    try (TaskCase task = open(model)) {
      Compression made = task.compress(BLOCK, new Budget.Keep(0.5), Allocation.UNIFORM);
      assertEquals(12, made.layers().size());
      assertTrue(made.layers().stream().allMatch(LayerReport::replaced));
      for (LinearSlot slot : task.slots()) {
        Linear now = made.replacements().get(slot.name());
        assertEquals(slot.linear().parameters() / 2, now.parameters(), slot.name());
        assertEquals(slot.linear().flopsPerRow() / 2, now.flopsPerRow());
      }
      LayerReport up = report(made, "intermediate", task);
      LayerReport down = report(made, "output", task);
      assertEquals("10 of 20 neurons", up.label());
      assertEquals(10, down.rank());
      assertEquals("dense", down.form());
      assertEquals(20, up.rows());
      assertEquals("2 of 4 dimensions a head", report(made, "value", task).label());
      assertEquals(6, report(made, "attention_output", task).rank());
      try (Model smaller = task.model().with(made.replacements());
          Model copy = smaller.copy()) {
        // Half of all matrices, and the biases of the neurons that are gone.
        long matrices = task.slots().stream().mapToLong(s -> s.linear().parameters()).sum();
        assertEquals(task.model().parameters() - matrices / 2 - 2 * 10, smaller.parameters());
        List<TokenSequence> sequences = task.examples().sequences().subList(0, 7);
        assertArrayEquals(logits(smaller, sequences), logits(copy, sequences));
      }
    }
  }

  /** The error that is told is that of the outputs: with the bias, no more than without. */
  @ParameterizedTest
  @CsvSource({
    "ffn-nystrom, output",
    "vo-heads, attention_output",
    "ffn-nystrom:select=leverage, output"
  })
  void errorsAreOfOutputsAndBiasesHelp(String method, String role) throws IOException {
    try (TaskCase task = open("bert")) {
      double before = Double.POSITIVE_INFINITY;
      for (double keep : new double[] {0.25, 0.5, 0.75}) {
        LayerReport layer =
            report(task.compress(method, new Budget.Keep(keep), Allocation.UNIFORM), role, task);
        LayerReport plain =
            report(
                task.compress(method + ":bias=keep", new Budget.Keep(keep), Allocation.UNIFORM),
                role,
                task);
        assertTrue(Double.isNaN(layer.error()));
        assertTrue(layer.outputError() > 0 && layer.outputError() < layer.outputNorm());
        assertTrue(layer.outputError() <= before);
        if (!method.contains("leverage")) {
          assertTrue(layer.outputError() <= plain.outputError() * (1 + 1e-9));
        }
        before = layer.outputError();
      }
    }
  }

  /** Neurons that are gone, and neurons that are always zero and that nobody reads. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "gpt2"})
  void aModelWithoutNeuronsIsTheModelWithTheseZeroed(String model) throws IOException {
    try (TaskCase task = open(model);
        Scope scope = task.model().device().openScope()) {
      Compression made = task.compress("ffn-nystrom", new Budget.Keep(0.4), Allocation.UNIFORM);
      Map<String, Linear> zeroed = new HashMap<>();
      for (LinearSlot slot : task.slots()) {
        Linear now = made.replacements().get(slot.name());
        if (slot.role().equals("intermediate")) {
          Matrix weight = Matrix.of(scope.zeros(DType.F32, 12, 20));
          scope.device().blas().copy(now.dense(), weight.columns(3, 11));
          float[] bias = new float[20];
          System.arraycopy(now.bias().toFloats(), 0, bias, 3, 8);
          zeroed.put(slot.name(), new DenseLinear(weight, scope.floats(bias, 20)));
        } else if (slot.role().equals("output")) {
          Matrix weight = Matrix.of(scope.zeros(DType.F32, 20, 12));
          scope.device().blas().copy(now.dense(), weight.rows(3, 11));
          zeroed.put(slot.name(), new DenseLinear(weight, now.bias()));
        }
      }
      Compression wide = new Compression(zeroed, List.of(), Map.of());
      assertArrayEquals(logits(task, wide), logits(task, made), 1e-5f);
    }
  }

  /** All that the budget allows is nothing but the model. */
  @Test
  void allNeuronsAndDimensionsGiveTheModelItself() throws IOException {
    try (TaskCase task = open("bert");
        Scope scope = task.model().device().openScope()) {
      Map<String, Linear> replacements = new HashMap<>();
      for (NarrowingMethod method : List.of(new FfnNystromCompressor(), new VoHeadsCompressor())) {
        var request = task.request(method.info().name(), new Budget.Keep(1), Allocation.UNIFORM);
        for (Pair pair : method.pairs(request)) {
          Narrowing narrowing = method.narrowing(pair, request);
          var narrow = narrowing.fit(narrowing.most(), scope);
          replacements.put(pair.first().name(), narrow.first());
          replacements.put(pair.second().name(), narrow.second());
        }
      }
      assertEquals(8, replacements.size());
      float[] dense = logits(task.model(), task.examples().sequences().subList(0, 7));
      assertArrayEquals(
          dense, logits(task, new Compression(replacements, List.of(), Map.of())), 2e-5f);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ffn-nystrom+drone",
        "ffn-nystrom+vo-heads+svd+bias",
        "vo-heads+svd+refit",
        "joint-attention+vo-heads+ffn-nystrom+bias",
        "ffn-nystrom+drone+int8",
        "ffn-nystrom+svd+recover",
        "vo-heads+ffn-nystrom+drone+recover",
      })
  void otherStagesTakeTheOthers(String method) throws IOException {
    try (TaskCase task = open("bert")) {
      Compression made = task.compress(method, new Budget.Keep(0.5), Allocation.UNIFORM);
      try (Model model = made.model(task.model())) {
        for (int i = 0; i < task.slots().size(); i++) {
          LinearSlot slot = task.slots().get(i);
          LayerReport layer = made.layers().get(i);
          Linear now = model.slots().get(i).linear();
          assertEquals(slot.name(), layer.layer());
          assertEquals(now.form(), layer.form());
          assertEquals(now.bits(), layer.bits());
          boolean feedForward = List.of("intermediate", "output").contains(slot.role());
          if (method.contains("ffn") && feedForward) {
            assertEquals(
                10, slot.role().equals("output") ? now.inputs() : now.outputs(), slot.name());
            assertTrue(Double.isNaN(layer.error()));
          } else if (!method.contains("heads")) {
            assertTrue(now.form().matches("lowrank|chain"), now.form());
            assertTrue(layer.error() > 0);
          } else if (slot.role().equals("value")) {
            assertTrue(now instanceof NarrowHeads);
          } else if (slot.role().equals("attention_output")) {
            assertTrue(now instanceof NarrowInputs);
          } else {
            assertTrue(now instanceof LowRankLinear || now instanceof NarrowHeads);
          }
        }
      }
      if (made.whole() != null) {
        made.whole().close();
      }
    }
  }

  @Test
  void budgetsAndAllocations() throws IOException {
    try (TaskCase task = open("bert")) {
      for (String method : List.of("ffn-nystrom", "vo-heads")) {
        for (Policy policy : Policy.values()) {
          MethodSpec spec = MethodSpec.parse(method);
          if (!spec.compressor().allocates(policy, spec.options())) {
            continue;
          }
          Allocation allocation = new Allocation(policy, 2);
          Compression made = task.compress(method, new Budget.Keep(0.6), allocation);
          long numbers = made.layers().stream().mapToLong(LayerReport::parameters).sum();
          long dense = made.layers().stream().mapToLong(LayerReport::parametersDense).sum();
          // Small products take any time.
          if (policy != Policy.LATENCY) {
            assertTrue(numbers <= 0.6 * dense, method + " " + policy);
            assertTrue(numbers > 0.3 * dense, method + " " + policy);
          }
          for (LayerReport layer : made.layers()) {
            assertEquals(0, layer.rank() % 2);
          }
        }
        Compression energy = task.compress(method, new Budget.Energy(0.9), Allocation.UNIFORM);
        assertTrue(energy.layers().stream().anyMatch(LayerReport::replaced));
        Compression bits = task.compress(method, new Budget.Bits(16), Allocation.UNIFORM);
        assertEquals(
            bits.layers().stream().mapToLong(LayerReport::parametersDense).sum() / 2,
            bits.layers().stream().mapToLong(LayerReport::parameters).sum());
      }
      Compression rank = task.compress("ffn-nystrom", new Budget.Rank(7), Allocation.UNIFORM);
      assertEquals(7, report(rank, "output", task).rank());
      Compression heads = task.compress("vo-heads", new Budget.Rank(6), Allocation.UNIFORM);
      assertEquals("2 of 4 dimensions a head", report(heads, "value", task).label());
    }
  }

  @Test
  void whatCannotBeDoneIsRefused() throws IOException {
    try (TaskCase task = open("bert")) {
      assertRefused(task, "ffn-nystrom++svd", "its width or its coordinates");
      assertRefused(task, "vo-heads++svd", "its width or its coordinates");
      assertRefused(task, "ffn-nystrom+drone@", "mark it");
      assertRefused(task, "svd+ffn-nystrom", "no matrix is left");
      assertThrows(InputException.class, () -> MethodChain.parse("svd++ffn-nystrom@"));
      InputException half =
          assertThrows(
              InputException.class, () -> some(task, "ffn-nystrom", 0.5, "*intermediate*"));
      assertTrue(half.getMessage().contains("both matrices"), half.getMessage());
    }
    Path whole = TinyCheckpoint.gpt2(folder.resolve("whole"), 2);
    try (TaskCase task = new TaskCase(deviceId(), folder.resolve("w"), whole)) {
      assertRefused(task, "vo-heads", "--split-qkv");
      assertEquals(
          4,
          task.compress("ffn-nystrom", new Budget.Keep(0.5), Allocation.UNIFORM).layers().size());
    }
  }

  private static void assertRefused(TaskCase task, String method, String words) {
    InputException refused =
        assertThrows(
            InputException.class,
            () -> task.compress(method, new Budget.Keep(0.5), Allocation.UNIFORM),
            method);
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
    assertFalse(refused.getMessage().contains("\n"));
  }
}
