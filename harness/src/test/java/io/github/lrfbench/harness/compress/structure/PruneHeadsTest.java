package io.github.lrfbench.harness.compress.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.compress.structure.HeadOrder.Head;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Decoding;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
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

/** Attentions of fewer heads, beside gates before all heads. Tiny models have 3 of 4 dimensions. */
class PruneHeadsTest extends NarrowerCase {
  private static final String METHOD = "prune-heads";
  private static final String OUTPUT = "attention_output";
  private static final int HEADS = 3;
  private static final int SIZE = 4;

  private TaskCase opened(String model) throws IOException {
    if (model.equals("gpt2-whole")) {
      return new TaskCase(deviceId(), folder, TinyCheckpoint.gpt2(folder.resolve("model"), 2));
    }
    if (model.equals("albert")) {
      Path directory = TinyCheckpoint.albert(folder.resolve("model"), 4, 2, 1);
      return new TaskCase(deviceId(), folder, directory);
    }
    return open(model);
  }

  private static List<LinearSlot> outputs(Model model) {
    return model.slots().stream().filter(slot -> slot.role().equals(OUTPUT)).toList();
  }

  /** The matrix that reads heads with gates before these. */
  private static Linear gated(LinearSlot slot, double[] gates, Scope scope) {
    Linear linear = slot.linear();
    Matrix weight = Matrix.of(scope.allocate(DType.F32, linear.inputs(), linear.outputs()));
    scope.device().blas().copy(linear.dense(), weight);
    double[] rows = new double[linear.inputs()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = gates[i / SIZE];
    }
    scope.device().blas().scaleRows(weight, rows);
    return new DenseLinear(weight, linear.bias());
  }

  /** A model with gates: 0 before the heads that are gone, and any number before one more. */
  private static Model gated(Model model, Set<Head> gone, Head other, double gate, Scope scope) {
    Map<String, Linear> gated = new HashMap<>();
    List<LinearSlot> outputs = outputs(model);
    for (int i = 0; i < outputs.size(); i++) {
      double[] gates = new double[HEADS];
      for (int head = 0; head < HEADS; head++) {
        Head own = new Head(i, head);
        gates[head] = own.equals(other) ? gate : gone.contains(own) ? 0 : 1;
      }
      gated.put(outputs.get(i).name(), gated(outputs.get(i), gates, scope));
    }
    return model.with(gated);
  }

  /** The mean of the absolute central differences of examples' losses by a gate. */
  private static double difference(Model model, Set<Head> gone, Head head, TrainingSet examples) {
    double step = 0.02;
    double[][] losses = new double[2][];
    for (int side = 0; side < 2; side++) {
      try (Scope scope = model.device().openScope();
          Model moved = gated(model, gone, head, side == 0 ? 1 - step : 1 + step, scope)) {
        losses[side] = ExampleLosses.of(moved, examples);
      }
    }
    double sum = 0;
    for (int i = 0; i < losses[0].length; i++) {
      sum += Math.abs(losses[1][i] - losses[0][i]) / (2 * step);
    }
    return sum / losses[0].length;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "albert", "gpt2", "gpt2-whole"})
  void importanceIsTheDerivativeByGates(String name) throws IOException {
    try (TaskCase task = opened(name)) {
      Model model = task.model();
      TrainingSet examples = task.examples().sample(task.calibrator().examples(), 0);
      Map<String, double[]> found = task.calibrator().headImportanceIn(model);
      List<LinearSlot> outputs = outputs(model);
      assertEquals(outputs.size(), found.size());
      for (int i = 0; i < outputs.size(); i++) {
        double[] own = found.get(outputs.get(i).name());
        assertEquals(HEADS, own.length);
        for (int head = 0; head < HEADS; head++) {
          double slow = difference(model, Set.of(), new Head(i, head), examples);
          assertTrue(slow > 0);
          assertEquals(slow, own[head], 2e-3 * slow + 2e-6, name + " " + i + " " + head);
        }
      }
    }
  }

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

  private static LayerReport report(Compression made, String slot) {
    return made.layers().stream().filter(l -> l.layer().equals(slot)).findFirst().orElseThrow();
  }

  /** Those of a compression that are gone. */
  private static Set<Head> gone(Model model, Compression made) {
    Set<Head> gone = new HashSet<>();
    List<LinearSlot> outputs = outputs(model);
    for (int i = 0; i < outputs.size(); i++) {
      String note = report(made, outputs.get(i).name()).diagnostics().note();
      for (int head = 0; head < HEADS; head++) {
        if (!note.startsWith("kept") && !note.contains(Integer.toString(head))) {
          gone.add(new Head(i, head));
        }
      }
    }
    return gone;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "distilbert", "albert", "gpt2", "gpt2-whole"})
  void aModelWithoutAHeadIsThatWithAClosedGate(String name) throws IOException {
    try (TaskCase task = opened(name);
        Scope scope = task.model().device().openScope()) {
      for (double keep : new double[] {0.84, 0.67, 0.01}) {
        Compression made = task.compress(METHOD, new Budget.Keep(keep), Allocation.UNIFORM);
        Set<Head> gone = gone(task.model(), made);
        assertFalse(gone.isEmpty());
        List<TokenSequence> sequences = task.examples().sequences().subList(0, 7);
        try (Model closed = gated(task.model(), gone, null, 0, scope);
            Model smaller = task.model().with(made.replacements());
            Model copy = smaller.copy()) {
          assertArrayEquals(logits(closed, sequences), logits(smaller, sequences), 1e-5f);
          assertArrayEquals(logits(copy, sequences), logits(smaller, sequences));
          // Three times rows and their biases, and columns.
          long perHead = 3 * (12 * SIZE + SIZE) + SIZE * 12;
          assertEquals(task.model().parameters() - gone.size() * perHead, smaller.parameters());
          int tokens = 5;
          assertTrue(smaller.flops(tokens) < task.model().flops(tokens));
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

  /** Keys and values of fewer heads in the cache. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLanguageModelOfFewerHeadsReadsTokenByToken(boolean split) throws IOException {
    Path directory = TinyCheckpoint.gpt2(folder.resolve("lm"), 0);
    try (Device device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(directory, new Gpt2Options(split, false), device);
        Scope scope = device.openScope()) {
      Model dense = loaded.model();
      Map<String, Linear> smaller = new HashMap<>();
      Map<Integer, List<LinearSlot>> projections = new HashMap<>();
      for (LinearSlot slot : dense.slots()) {
        if (slot.role().matches("query.*|key|value")) {
          projections.computeIfAbsent(slot.layer(), missing -> new ArrayList<>()).add(slot);
        } else if (slot.role().equals(OUTPUT)) {
          int[] heads = slot.layer() == 0 ? new int[] {1} : new int[] {0, 2};
          smaller.putAll(
              new Attention(projections.get(slot.layer()), slot, SIZE).keeping(heads, scope));
        }
      }
      try (Model model = dense.with(smaller);
          Decoding decoding = new Decoding((CausalModel) model, 2, 8)) {
        int[][] texts = {{3, 1, 4, 1}, {5, 9}};
        assertSame(
            model,
            texts,
            decoding.start(List.of(sequence(texts[0]), sequence(texts[1]))).toFloats());
        int[][] longer = {{3, 1, 4, 1, 2}, {5, 9, 6}};
        assertSame(model, longer, decoding.next(2, 6).toFloats());
      }
    }
  }

  private static TokenSequence sequence(int... ids) {
    return new TokenSequence(ids, new int[ids.length]);
  }

  private static void assertSame(Model model, int[][] texts, float[] actual) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      List<TokenSequence> all = List.of(sequence(texts[0]), sequence(texts[1]));
      float[] expected = model.forward(ops, TokenBatch.of(scope, all)).toFloats();
      assertArrayEquals(expected, actual, 1e-4f);
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
      if (made.trained() != null) {
        made.trained().close();
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
