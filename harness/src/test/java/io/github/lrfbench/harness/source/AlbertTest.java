package io.github.lrfbench.harness.source;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.harness.tokenize.Tokenizers;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * ALBERT: shared blocks and narrow embeddings, beside transformers where LRFBENCH_PYTHON or python3
 * has it, and beside what that gave.
 */
class AlbertTest {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("LRFBENCH_PYTHON"), "python3");

  private static final String FIND =
      "from importlib.util import find_spec; assert find_spec('torch') and find_spec('transformers')";

  /** Logits of two texts, the gradient of their sum by a shared matrix, and tokens. */
  private static final String SCRIPT =
      """
      import json, sys, torch, transformers
      for folder in sys.argv[3:]:
          model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
          logits = torch.cat([
              model(torch.tensor([ids]), token_type_ids=torch.tensor([types])).logits
              for ids, types in json.loads(sys.argv[1])])
          logits.sum().backward()
          block = model.albert.encoder.albert_layer_groups[0].albert_layers[0]
          print(json.dumps([logits.flatten().tolist(), block.ffn.weight.grad.flatten().tolist()]))
      tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
      print(json.dumps([tokenizer(*texts).input_ids for texts in json.loads(sys.argv[2])]))
      """;

  private static final List<TokenSequence> TEXTS =
      List.of(
          new TokenSequence(new int[] {2, 6, 7, 9, 14, 3}, new int[6]),
          new TokenSequence(
              new int[] {2, 13, 11, 3, 15, 8, 9, 1, 3}, new int[] {0, 0, 0, 0, 1, 1, 1, 1, 1}));

  private static final List<List<String>> SENTENCES =
      List.of(
          List.of("a good film ."),
          List.of("The  PLOT is not\tvery b\u00e4d"),
          List.of("``good'' films", "\u00c9l go"),
          List.of(""),
          List.of("agood \u4e2d x\u2581y [SEP] <unk>"));

  @TempDir private Path folder;

  /** The device that the test is for. */
  String kind() {
    return "cpu";
  }

  private Device device() {
    return Devices.open(kind(), new DeviceOptions(1), line -> {});
  }

  private static String python(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON, "-c"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(120, TimeUnit.SECONDS));
    return process.exitValue() == 0 ? output : null;
  }

  private static void requirePython() throws InterruptedException {
    boolean has;
    try {
      has = python(FIND) != null;
    } catch (IOException e) {
      has = false;
    }
    assumeTrue(has, PYTHON + " has no transformers; LRFBENCH_PYTHON may name one that has");
  }

  private static float[] logits(Model model) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      return model.forward(ops, TokenBatch.of(scope, TEXTS, model.info())).toFloats();
    }
  }

  /** Of the sum of all logits, by the first feed-forward matrix. */
  private static float[] gradient(Model model) {
    List<Parameter> weights = model.weights();
    try (GradientBuffers gradients = new GradientBuffers(model.device(), weights);
        Scope scope = model.device().openScope();
        Tape tape = new Tape(model.device(), gradients, null)) {
      Tensor output = model.forward(tape.ops(), TokenBatch.of(scope, TEXTS, model.info()));
      float[] ones = new float[4];
      Arrays.fill(ones, 1);
      tape.backward(output, Matrix.of(scope.floats(ones, 2, 2)));
      Parameter ffn =
          weights.stream()
              .filter(weight -> weight.name().endsWith("groups.0.albert_layers.0.ffn.weight"))
              .findFirst()
              .orElseThrow();
      Tensor gradient = gradients.of(ffn.value().data());
      return ffn.read(Matrix.of(gradient));
    }
  }

  @Test
  void itIsThatOfTransformers() throws IOException, InterruptedException {
    requirePython();
    List<Path> paths = new ArrayList<>();
    int[][] shapes = {{1, 1, 1}, {4, 1, 1}, {4, 2, 1}, {3, 2, 2}, {5, 3, 1}, {2, 2, 1}};
    for (int[] shape : shapes) {
      Path path = folder.resolve(Arrays.toString(shape));
      paths.add(TinyCheckpoint.albert(path, shape[0], shape[1], shape[2]));
    }
    ObjectMapper mapper = new ObjectMapper();
    List<String> arguments = new ArrayList<>(List.of(SCRIPT));
    arguments.add(
        mapper.writeValueAsString(
            TEXTS.stream().map(text -> List.of(text.ids(), text.types())).toList()));
    arguments.add(mapper.writeValueAsString(SENTENCES));
    paths.forEach(path -> arguments.add(path.toString()));
    String output = python(arguments.toArray(String[]::new));
    assertTrue(output != null, "transformers does not load them");
    String[] lines = output.split("\n");
    for (int i = 0; i < paths.size(); i++) {
      JsonNode told = mapper.readTree(lines[i]);
      try (Device device = device();
          LoadedModel loaded = LoadedModel.open(paths.get(i), device)) {
        assertArrayEquals(floats(told.get(0)), logits(loaded.model()), 1e-5f);
        assertArrayEquals(floats(told.get(1)), gradient(loaded.model()), 2e-5f);
      }
    }
    JsonNode ids = mapper.readTree(lines[paths.size()]);
    Path path = paths.get(0);
    try (Checkpoint checkpoint = Checkpoint.open(path);
        Tokenizer tokenizer = Tokenizers.open(path, checkpoint.config())) {
      for (int i = 0; i < SENTENCES.size(); i++) {
        List<String> texts = SENTENCES.get(i);
        String second = texts.size() > 1 ? texts.get(1) : null;
        assertEquals(
            ids.get(i).toString(),
            mapper.writeValueAsString(tokenizer.encode(texts.get(0), second, 64).ids()),
            texts.toString());
      }
    }
  }

  private static float[] floats(JsonNode numbers) {
    float[] values = new float[numbers.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) numbers.get(i).asDouble();
    }
    return values;
  }

  /** What {@link #SCRIPT} printed with transformers 5.24 and PyTorch 2.15. */
  @Test
  void itHasTheLogitsThatTransformersGave() throws IOException {
    Path path = TinyCheckpoint.albert(folder.resolve("albert"), 3, 2, 2);
    try (Device device = device();
        LoadedModel loaded = LoadedModel.open(path, device)) {
      assertArrayEquals(EXPECTED, logits(loaded.model()), 1e-5f);
    }
  }

  private static final float[] EXPECTED = {-0.550516f, -0.521778f, -0.550679f, -0.521656f};

  /** Shared blocks are slots once, and count once. */
  @Test
  void sharedMatricesAreOne() throws IOException {
    try (Device device = device();
        LoadedModel one =
            LoadedModel.open(TinyCheckpoint.albert(folder.resolve("one"), 1, 1, 1), device);
        LoadedModel six =
            LoadedModel.open(TinyCheckpoint.albert(folder.resolve("six"), 6, 1, 1), device)) {
      assertEquals(6, six.model().slots().size());
      assertEquals(6, six.model().blocks().size());
      assertEquals(one.model().parameters(), six.model().parameters());
      assertTrue(six.model().sharesBlocks());
      assertFalse(one.model().sharesBlocks());
      long embedding = 7 * 2L * 8 * 12;
      long head = 2L * 12 * (12 + 2);
      assertEquals(
          6 * (one.model().flops(7) - embedding - head), six.model().flops(7) - embedding - head);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"svd", "drone", "kronecker", "embedding-svd", "svd+int8", "vo-heads"})
  void whatIsCompressedIsReadAgain(String method) throws IOException {
    Path path = TinyCheckpoint.albert(folder.resolve("albert"), 4, 2, 1);
    try (TaskCase task = new TaskCase(kind(), folder, path);
        Checkpoint checkpoint = Checkpoint.open(path)) {
      Compression made = task.compress(method, new Budget.Keep(0.6), Allocation.UNIFORM);
      try (Model model = made.model(task.model())) {
        assertTrue(model.bytes() < task.model().bytes());
        for (boolean multiplied : new boolean[] {false, true}) {
          Path target = folder.resolve(multiplied ? "dense" : "own");
          ObjectNode block = JsonNodeFactory.instance.objectNode();
          new CompressedCheckpoint(checkpoint, task.model(), made).write(target, multiplied, block);
          try (LoadedModel read = LoadedModel.open(target, task.model().device())) {
            assertArrayEquals(logits(model), logits(read.model()), multiplied ? 2e-5f : 0);
          }
        }
      }
    }
  }

  @Test
  void whatGoesBlockByBlockOrSquaresGradientsIsRefused() throws IOException {
    Path path = TinyCheckpoint.albert(folder.resolve("albert"), 4, 1, 1);
    try (TaskCase task = new TaskCase(kind(), folder, path)) {
      for (String method : List.of("fwsvd", "kfac", "aasvd", "svd+blockwise")) {
        InputException refused =
            assertThrows(
                InputException.class,
                () -> task.compress(method, new Budget.Keep(0.5), Allocation.UNIFORM),
                method);
        assertTrue(refused.getMessage().contains("blocks share matrices"), refused.getMessage());
      }
    }
  }

  @Test
  void aTokenizerThatIsMissingIsNamed() throws IOException {
    Path path = TinyCheckpoint.albert(folder.resolve("albert"), 1, 1, 1);
    Files.delete(path.resolve("tokenizer.json"));
    Files.writeString(path.resolve("spiece.model"), "x");
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      InputException missing =
          assertThrows(InputException.class, () -> Tokenizers.open(path, checkpoint.config()));
      assertTrue(missing.getMessage().contains("needs tokenizer.json"), missing.getMessage());
    }
  }

  @Test
  void moreGroupsThanLayersAreRefused() throws IOException {
    Path path = TinyCheckpoint.albert(folder.resolve("albert"), 2, 3, 1);
    try (Device device = device()) {
      InputException refused =
          assertThrows(InputException.class, () -> LoadedModel.open(path, device));
      assertTrue(refused.getMessage().contains("num_hidden_groups"), refused.getMessage());
    }
  }
}
