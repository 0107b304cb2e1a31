package io.github.lrfbench.harness.compress.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.SlotSelection;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.NarrowHeads;
import io.github.lrfbench.harness.linear.NarrowInputs;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.TrainedCheckpoint;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models with fewer neurons and thinner values: their outputs, sizes, files and chains. */
class NarrowerModelTest {
  private static final String BLOCK = "joint-attention+vo-heads+ffn-nystrom";
  private static final Gpt2Options SPLIT = new Gpt2Options(true, false);

  @TempDir private Path folder;

  String deviceId() {
    return "cpu";
  }

  private TaskCase open(String model) throws IOException {
    Path directory = folder.resolve("model");
    return switch (model) {
      case "gpt2" -> new TaskCase(deviceId(), folder, TinyCheckpoint.gpt2(directory, 2), SPLIT);
      case "roberta" -> {
        TinyCheckpoint.roberta(directory, 2);
        Files.writeString(
            directory.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"BertTokenizer\"}");
        yield new TaskCase(deviceId(), folder, directory);
      }
      case "distilbert" ->
          new TaskCase(deviceId(), folder, TinyCheckpoint.distilbert(directory, 2));
      default -> new TaskCase(deviceId(), folder, TinyCheckpoint.bert(directory, 2));
    };
  }

  private static float[] logits(Model model, List<TokenSequence> sequences) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      return model.forward(ops, TokenBatch.of(scope, sequences)).toFloats();
    }
  }

  private static float[] logits(TaskCase task, Compression made) {
    try (Model model = task.model().with(made.replacements())) {
      return logits(model, task.examples().sequences().subList(0, 7));
    }
  }

  private static Compression some(TaskCase task, String method, double keep, String... globs) {
    return MethodChain.parse(method)
        .compress(
            task.request(method, new Budget.Keep(keep), Allocation.UNIFORM)
                .with(
                    SlotSelection.select(task.slots(), List.of(globs)),
                    new Budget.Keep(keep),
                    Allocation.UNIFORM,
                    task.request(method, new Budget.Keep(keep), Allocation.UNIFORM).options()));
  }

  private static LayerReport report(Compression made, String role, TaskCase task) {
    LinearSlot slot =
        task.slots().stream().filter(s -> s.role().equals(role)).findFirst().orElseThrow();
    return made.layers().stream()
        .filter(layer -> layer.layer().equals(slot.name()))
        .findFirst()
        .orElseThrow();
  }

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

  private Path write(TaskCase task, Compression made, boolean dense) {
    Path target = folder.resolve(dense ? "dense" : "own");
    try (Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
      new CompressedCheckpoint(source, task.model(), made)
          .write(target, dense, JsonNodeFactory.instance.objectNode());
    }
    return target;
  }

  private static JsonNode config(Path directory) throws IOException {
    return new ObjectMapper().readTree(Files.readString(directory.resolve("config.json")));
  }

  private void assertReads(Path directory, TaskCase task, Compression made, float tolerance) {
    boolean gpt2 = task.model().info().architecture().equals("gpt2");
    Gpt2Options options = gpt2 ? SPLIT : Gpt2Options.DEFAULT;
    try (LoadedModel loaded = LoadedModel.open(directory, options, task.model().device())) {
      assertArrayEquals(
          logits(task, made),
          logits(loaded.model(), task.examples().sequences().subList(0, 7)),
          tolerance);
    }
  }

  /** One width of all blocks is one that every program knows. */
  @ParameterizedTest
  @CsvSource({
    "bert, intermediate_size",
    "roberta, intermediate_size",
    "distilbert, hidden_dim",
    "gpt2, n_inner"
  })
  void aCheckpointOfOneWidthIsAnOrdinaryOne(String model, String key) throws IOException {
    try (TaskCase task = open(model)) {
      Compression made = task.compress("ffn-nystrom", new Budget.Keep(0.5), Allocation.UNIFORM);
      for (boolean dense : new boolean[] {false, true}) {
        Path written = write(task, made, dense);
        assertEquals(10, config(written).path(key).asInt());
        if (!model.equals("gpt2") || dense) {
          assertEquals(model, config(written).path("model_type").asText());
          assertTrue(Files.isRegularFile(written.resolve("model.safetensors")));
        }
        assertReads(written, task, made, 0);
      }
      // As it is written after a training.
      Path trained = folder.resolve("trained");
      try (Model smaller = task.model().with(made.replacements());
          Checkpoint source = Checkpoint.open(folder.resolve("model"))) {
        new TrainedCheckpoint(
                smaller,
                source.config(),
                JsonNodeFactory.instance.objectNode(),
                source.directory(),
                null)
            .write(trained);
      }
      assertEquals(10, config(trained).path(key).asInt());
      assertReads(trained, task, made, 0);
    }
  }

  /** Widths that differ stand in the block; others refuse it, or get neurons that do nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "gpt2"})
  void aCheckpointOfSeveralWidthsTellsThem(String model) throws IOException {
    try (TaskCase task = open(model)) {
      Compression made = some(task, "ffn-nystrom", 0.3, "*.1.*");
      assertEquals(2, made.replacements().size());
      Path written = write(task, made, false);
      JsonNode config = config(written);
      assertEquals("lrfbench-" + model, config.path("model_type").asText());
      assertFalse(Files.exists(written.resolve("model.safetensors")));
      int[] widths = {20, 6};
      int found = 0;
      for (LinearSlot slot : task.slots()) {
        JsonNode told = config.path("lrfbench").path("forms").path(slot.name());
        if (slot.role().equals("intermediate")) {
          assertEquals(widths[found++], told.path("outputs").asInt());
        }
      }
      assertReads(written, task, made, 0);
      Path dense = write(task, made, true);
      assertEquals(model, config(dense).path("model_type").asText());
      assertReads(dense, task, made, 1e-5f);
      // What is told must be what is there.
      String text = Files.readString(written.resolve("config.json"));
      for (String wrong : List.of("7", "0", "\"x\"")) {
        Files.writeString(
            written.resolve("config.json"),
            text.replaceAll("\"outputs\" : 6\\b", "\"outputs\" : " + wrong));
        assertThrows(
            InputException.class, () -> LoadedModel.open(written, task.model().device()), wrong);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2"})
  void aWholeBlockIsReadAgain(String model) throws IOException {
    try (TaskCase task = open(model)) {
      for (String method : List.of(BLOCK, BLOCK + "+int8")) {
        Compression made = task.compress(method, new Budget.Keep(0.5), Allocation.UNIFORM);
        Path written = write(task, made, false);
        assertEquals("lrfbench-" + model, config(written).path("model_type").asText());
        assertReads(written, task, made, 0);
        assertReads(write(task, made, true), task, made, 2e-5f);
      }
    }
  }

  /** A compressed model is compressed further. */
  @Test
  void aNarrowerModelBecomesNarrower() throws IOException {
    Path written;
    try (TaskCase task = open("bert")) {
      Compression made = task.compress(BLOCK, new Budget.Keep(0.75), Allocation.UNIFORM);
      written = write(task, made, false);
    }
    try (TaskCase task = new TaskCase(deviceId(), folder.resolve("again"), written)) {
      Compression made = task.compress("ffn-nystrom", new Budget.Keep(0.4), Allocation.UNIFORM);
      assertEquals("6 of 15 neurons", report(made, "output", task).label());
      Compression heads = task.compress("vo-heads", new Budget.Keep(0.5), Allocation.UNIFORM);
      assertTrue(report(heads, "value", task).replaced());
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
      if (made.trained() != null) {
        made.trained().close();
      }
    }
  }

  @Test
  void budgetsAndAllocations() throws IOException {
    try (TaskCase task = open("bert")) {
      for (String method : List.of("ffn-nystrom", "vo-heads")) {
        for (Policy policy : Policy.values()) {
          Allocation allocation = new Allocation(policy, 2);
          if (policy == Policy.LATENCY) {
            InputException refused =
                assertThrows(
                    InputException.class,
                    () -> task.compress(method, new Budget.Keep(0.5), allocation));
            assertTrue(refused.getMessage().contains("greedy"), refused.getMessage());
            continue;
          }
          Compression made = task.compress(method, new Budget.Keep(0.6), allocation);
          long numbers = made.layers().stream().mapToLong(LayerReport::parameters).sum();
          long dense = made.layers().stream().mapToLong(LayerReport::parametersDense).sum();
          assertTrue(numbers <= 0.6 * dense, method + " " + policy);
          assertTrue(numbers > 0.3 * dense, method + " " + policy);
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
