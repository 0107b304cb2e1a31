package io.github.lrfbench.harness.compress.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.compress.structure.HeadOrder.Head;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which heads are left out, how many, and what becomes of models without them. */
class PruneHeadsTest extends HeadsCase {
  /** One after the other, by differences with zeros in the place of what is gone. */
  @ParameterizedTest
  @CsvSource({"bert, 0.1", "gpt2-whole, 0.4"})
  void headsGoInTurn(String name, double step) throws IOException {
    try (TaskCase task = opened(name)) {
      Model model = task.model();
      TrainingSet examples = task.examples().sample(task.calibrator().examples(), 0);
      int blocks = outputs(model).size();
      Set<Head> gone = new HashSet<>();
      List<Head> order = new ArrayList<>();
      while (order.size() < blocks * (HEADS - 1)) {
        Map<Head, Double> importance = new HashMap<>();
        for (int i = 0; i < blocks; i++) {
          Map<Head, Double> own = new HashMap<>();
          for (int number = 0; number < HEADS; number++) {
            Head head = new Head(i, number);
            if (!gone.contains(head)) {
              own.put(head, difference(model, gone, head, examples));
            }
          }
          double length = Math.sqrt(own.values().stream().mapToDouble(x -> x * x).sum());
          own.forEach((head, value) -> importance.put(head, value / length));
        }
        List<Head> ranked =
            importance.keySet().stream().sorted(Comparator.comparing(importance::get)).toList();
        int round = Math.max(1, (int) (step * blocks * HEADS));
        for (Head head : ranked) {
          long left =
              importance.keySet().stream()
                  .filter(other -> other.attention() == head.attention())
                  .filter(other -> !gone.contains(other))
                  .count();
          if (round > 0 && left > 1) {
            round--;
            gone.add(head);
            order.add(head);
          }
        }
      }
      int all = blocks * HEADS;
      for (int kept = all; kept >= blocks; kept--) {
        Compression made =
            task.compress(
                METHOD + ":step=" + step, new Budget.Keep(kept / (double) all), Allocation.UNIFORM);
        Set<Head> expected = Set.copyOf(order.subList(0, all - kept));
        for (int i = 0; i < blocks; i++) {
          String note = report(made, outputs(model).get(i).name()).diagnostics().note();
          for (int head = 0; head < HEADS; head++) {
            boolean is = note.startsWith("kept") || note.contains(Integer.toString(head));
            assertEquals(!expected.contains(new Head(i, head)), is, kept + ": " + note);
          }
        }
      }
    }
  }

  /** bert-base: 196,800 parameters for each head. */
  @Test
  void aHeadOfBertBaseIsSoManyParameters() {
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      List<LinearSlot> slots = new ArrayList<>();
      for (String role : List.of("query", "key", "value", OUTPUT)) {
        Matrix weight = Matrix.of(scope.zeros(DType.F32, 768, 768));
        slots.add(
            new LinearSlot(role, 0, role, new DenseLinear(weight, scope.zeros(DType.F32, 768))));
      }
      Attention attention = new Attention(slots.subList(0, 3), slots.get(3), 64);
      assertEquals(12, attention.heads());
      assertEquals(4 * 64 * 768, attention.numbersPerHead());
      Map<String, Linear> kept =
          attention.keeping(new int[] {0, 2, 3, 4, 5, 6, 7, 8, 9, 11}, scope);
      long before = slots.stream().mapToLong(slot -> weights(slot.linear())).sum();
      long after = kept.values().stream().mapToLong(PruneHeadsTest::weights).sum();
      assertEquals(2 * 196_800, before - after);
    }
  }

  private static long weights(Linear linear) {
    return linear.parameters() + linear.bias().shape().size();
  }

  /** Of c_attn the rows at i, i + H and i + 2 H go. */
  @Test
  void oneMatrixLosesRowsInThreePlaces() {
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      float[] numbers = new float[12];
      for (int i = 0; i < 12; i++) {
        numbers[i] = i;
      }
      Linear whole =
          new DenseLinear(Matrix.of(scope.floats(numbers, 1, 12)), scope.floats(numbers, 12));
      Linear output = new DenseLinear(Matrix.of(scope.floats(numbers, 4, 3)), null);
      Attention attention =
          new Attention(
              List.of(new LinearSlot("c_attn", 0, "query_key_value", whole)),
              new LinearSlot("c_proj", 0, OUTPUT, output),
              2);
      Map<String, Linear> kept = attention.keeping(new int[] {1}, scope);
      float[] rows = {2, 3, 6, 7, 10, 11};
      assertArrayEquals(rows, kept.get("c_attn").dense().data().toFloats());
      assertArrayEquals(rows, kept.get("c_attn").bias().toFloats());
      assertArrayEquals(
          new float[] {6, 7, 8, 9, 10, 11}, kept.get("c_proj").dense().data().toFloats());
    }
  }

  @ParameterizedTest
  @CsvSource({"0.84, 5", "0.83, 4", "0.5, 3", "0.4, 2", "0.001, 2"})
  void theCountIsThatOfTheBudget(double keep, int heads) throws IOException {
    try (TaskCase task = open("bert")) {
      for (Budget budget : List.of(new Budget.Keep(keep), new Budget.Bits(32 * keep))) {
        Compression made = task.compress(METHOD, budget, Allocation.UNIFORM);
        long numbers = made.layers().stream().mapToLong(LayerReport::parameters).sum();
        assertEquals(4L * 12 * SIZE * heads, numbers);
        assertEquals(heads + " of 6", made.parameters().get("heads"));
        for (LinearSlot slot : outputs(task.model())) {
          LayerReport layer = report(made, slot.name());
          assertTrue(layer.rank() >= SIZE);
          assertEquals("dense", layer.form());
          assertTrue(layer.outputError() >= 0 && layer.outputError() < 2 * layer.outputNorm());
        }
      }
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

  /** Other programs refuse fewer heads, or get some that do nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "distilbert", "albert", "gpt2", "gpt2-whole"})
  void aCheckpointIsReadAgain(String name) throws IOException {
    Gpt2Options options = name.equals("gpt2") ? SPLIT : Gpt2Options.DEFAULT;
    String type = name.startsWith("gpt2") ? "gpt2" : name;
    try (TaskCase task = opened(name)) {
      for (String method : List.of(METHOD, METHOD + "+svd", METHOD + "+int8")) {
        Compression made = task.compress(method, new Budget.Keep(0.5), Allocation.UNIFORM);
        float[] expected = logits(task, made);
        Path own = write(task, made, false);
        assertFalse(Files.exists(own.resolve("model.safetensors")));
        assertEquals("lrfbench-" + type, config(own).path("model_type").asText());
        assertReads(own, options, task, expected, 0);
        Path dense = write(task, made, true);
        assertEquals(type, config(dense).path("model_type").asText());
        assertReads(dense, options, task, expected, 1e-5f);
        long whole = Files.size(folder.resolve("dense/model.safetensors"));
        assertTrue(Files.size(own.resolve("lrfbench_model.safetensors")) < whole);
      }
      // What is told must be what is there.
      Path own = folder.resolve("own");
      String text = Files.readString(own.resolve("config.json"));
      assertTrue(text.contains("\"inputs\" : "));
      for (String wrong : List.of("7", "0", "16", "\"x\"", "12")) {
        Files.writeString(
            own.resolve("config.json"),
            text.replaceAll("\"inputs\" : \\d+", "\"inputs\" : " + wrong));
        Device device = task.model().device();
        assertThrows(InputException.class, () -> LoadedModel.open(own, options, device), wrong);
      }
    }
  }

  private static com.fasterxml.jackson.databind.JsonNode config(Path directory) throws IOException {
    return new ObjectMapper().readTree(Files.readString(directory.resolve("config.json")));
  }

  private static void assertReads(
      Path directory, Gpt2Options options, TaskCase task, float[] expected, float tolerance) {
    try (LoadedModel loaded = LoadedModel.open(directory, options, task.model().device())) {
      List<TokenSequence> sequences = task.examples().sequences().subList(0, 7);
      assertArrayEquals(expected, logits(loaded.model(), sequences), tolerance);
    }
  }

  /** Methods that look at heads find those that are left. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "prune-heads",
        "joint-attention+vo-heads+ffn-nystrom",
        "joint-attention",
        "tucker:stack=heads",
        "tt:stack=both",
        "drone",
        "ffn-nystrom"
      })
  void aModelOfFewerHeadsIsCompressedFurther(String method) throws IOException {
    Path written;
    try (TaskCase task = open("bert")) {
      written =
          write(task, task.compress(METHOD, new Budget.Keep(0.84), Allocation.UNIFORM), false);
    }
    try (TaskCase task = new TaskCase(deviceId(), folder.resolve("again"), written);
        Scope scope = task.model().device().openScope()) {
      Compression made = task.compress(method, new Budget.Keep(0.5), Allocation.UNIFORM);
      try (Checkpoint source = Checkpoint.open(written)) {
        new CompressedCheckpoint(source, task.model(), made)
            .write(folder.resolve("more"), false, JsonNodeFactory.instance.objectNode());
      }
      assertReads(folder.resolve("more"), Gpt2Options.DEFAULT, task, logits(task, made), 0);
      // All that they keep of a head's dimensions is nothing but the model.
      Compression all =
          task.compress(
              "vo-heads:bias=keep",
              new Budget.Keep(0.99),
              new Allocation(Allocation.Policy.UNIFORM, 4));
      assertTrue(all.replacements().isEmpty());
    }
  }

  /** Others take the other matrices, and training goes on with the heads that are left. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "prune-heads+svd",
        "prune-heads+ffn-nystrom",
        "ffn-nystrom+prune-heads+int8",
        "prune-heads+recover",
        "prune-heads+drone+bias",
        "prune-heads+blockwise"
      })
  void otherStagesTakeTheOthers(String method) throws IOException {
    try (TaskCase task = open("bert")) {
      Compression made = task.compress(method, new Budget.Keep(0.5), Allocation.UNIFORM);
      try (Model model = made.model(task.model())) {
        int heads = outputs(model).stream().mapToInt(slot -> slot.linear().inputs() / SIZE).sum();
        assertEquals(3, heads);
        for (int i = 0; i < made.layers().size(); i++) {
          Linear now = model.slots().get(i).linear();
          if (method.startsWith("prune-heads+svd") || method.contains("ffn")) {
            assertEquals(now.bits(), made.layers().get(i).bits());
          }
        }
      }
      if (made.whole() != null) {
        made.whole().close();
      }
    }
  }

  @Test
  void whatCannotBeDoneIsRefused() throws IOException {
    try (TaskCase task = open("bert")) {
      assertRefused(task, METHOD + "++svd", new Budget.Keep(0.5), "its width or its coordinates");
      assertRefused(task, "svd+" + METHOD, new Budget.Keep(0.5), "no matrix is left");
      assertRefused(task, METHOD, new Budget.Rank(4), "give --keep or --bits");
      assertRefused(task, METHOD, new Budget.Energy(0.9), "give --keep or --bits");
      assertRefused(task, METHOD + "+recover:attention=1", new Budget.Keep(0.5), "heads of 4");
      InputException half =
          assertThrows(InputException.class, () -> some(task, METHOD, 0.5, "*query", "*output*"));
      assertTrue(half.getMessage().contains("query, key, value"), half.getMessage());
    }
  }

  private static void assertRefused(TaskCase task, String method, Budget budget, String words) {
    InputException refused =
        assertThrows(
            InputException.class, () -> task.compress(method, budget, Allocation.UNIFORM), method);
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
  }
}
