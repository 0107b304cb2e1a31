package io.github.lrfbench.harness.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.linear.Basis;
import io.github.lrfbench.harness.linear.Forms;
import io.github.lrfbench.harness.linear.KroneckerLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LoraLinear;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.harness.linear.TensorSlices;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.harness.linear.TensorTrain;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.FewerHeads;
import io.github.lrfbench.harness.model.GoldenInputs;
import io.github.lrfbench.harness.model.GoldenModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.model.RandomSafe;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.bert.PoolingMode;
import io.github.lrfbench.harness.model.bert.SentenceEncoding;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.Architectures;
import io.github.lrfbench.harness.source.CheckpointWeights;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * ONNX's own checker takes the files, and ONNX Runtime gives our logits, of batches with and
 * without filling, where LRFBENCH_PYTHON or python3 has both.
 */
class OnnxExportTest {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("LRFBENCH_PYTHON"), "python3");

  private static final String FIND =
      "from importlib.util import find_spec; assert find_spec('onnx') and find_spec('onnxruntime')";

  private static final String SCRIPT =
      """
      import json, sys
      import numpy, onnx, onnxruntime
      for case in json.load(open(sys.argv[1])):
          onnx.checker.check_model(onnx.load(case["file"]), full_check=True)
          session = onnxruntime.InferenceSession(case["file"], providers=["CPUExecutionProvider"])
          names = [i.name for i in session.get_inputs()]
          feed = {name: numpy.array(case[name], dtype=numpy.int64) for name in names}
          output, = session.run(None, feed)
          print(json.dumps([session.get_outputs()[0].name, names, output.tolist()]))
      """;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private Path folder;

  private Device device;
  private Scope scope;

  /** What Python is asked, and our answers. */
  private final ArrayNode asked = MAPPER.createArrayNode();

  private final List<Case> cases = new ArrayList<>();

  /** A model's file, and its outputs: of each sequence, or of its tokens, one after the other. */
  private record Case(String name, List<String> inputs, float[] output, List<TokenSequence> of) {}

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  @Test
  void referenceModelsHaveTheirLogits() throws IOException, InterruptedException {
    requirePython();
    for (String name : List.of("bert-cls", "bert-reg", "roberta-cls", "gpt2-cls", "gpt2-lm")) {
      Path golden = TestData.require("golden/" + name);
      try (GoldenModel model = GoldenModel.load(golden, device)) {
        add(name, model.model(), GoldenInputs.read(golden));
        addForms(name, model.model());
      }
    }
    Path split = TestData.require("golden/gpt2-lm");
    try (GoldenModel model = GoldenModel.load(split, new Gpt2Options(true, true), device)) {
      add("split", model.model(), GoldenInputs.read(split));
      addForms("split", model.model());
    }
    compare();
  }

  @Test
  void everyFormHasItsLogits() throws IOException, InterruptedException {
    requirePython();
    for (String family : List.of("bert", "roberta", "distilbert", "albert", "gpt2", "gpt2-lm")) {
      Path directory = folder.resolve(family);
      switch (family) {
        case "bert" -> TinyCheckpoint.bert(directory, 2);
        case "distilbert" -> TinyCheckpoint.distilbert(directory, 3);
        case "albert" -> TinyCheckpoint.albert(directory, 3, 2, 2);
        case "gpt2" -> TinyCheckpoint.gpt2(directory, 2);
        case "gpt2-lm" -> TinyCheckpoint.gpt2(directory, 0);
        default ->
            Files.writeString(
                TinyCheckpoint.roberta(directory, 2).resolve("tokenizer_config.json"),
                "{\"tokenizer_class\":\"BertTokenizer\"}");
      }
      try (LoadedModel model = LoadedModel.open(directory, device)) {
        addForms(family, model.model());
      }
    }
    compare();
  }

  @Test
  void fewerHeadsHaveTheirLogits() throws IOException, InterruptedException {
    requirePython();
    SplittableRandom random = new SplittableRandom(6);
    for (String family : List.of("bert", "gpt2", "gpt2-lm")) {
      Path directory = folder.resolve(family);
      switch (family) {
        case "bert" -> TinyCheckpoint.bert(directory, 2);
        case "gpt2" -> TinyCheckpoint.gpt2(directory, 2);
        default -> TinyCheckpoint.gpt2(directory, 0);
      }
      try (LoadedModel loaded = LoadedModel.open(directory, device);
          Model fewer = loaded.model().with(FewerHeads.of(loaded.model(), 1, scope))) {
        add("fewer", fewer, List.of(text(fewer, 6, random), text(fewer, 3, random)));
      }
    }
    compare();
  }

  /** All ways to make one vector of a text side by side. */
  @Test
  void sentenceEncodersHaveTheirEmbeddings() throws IOException, InterruptedException {
    requirePython();
    Path directory = TinyCheckpoint.roberta(folder.resolve("encoder"), 2);
    SentenceEncoding pooling =
        new SentenceEncoding(List.of(PoolingMode.values()), ScoreFunction.COSINE);
    try (Checkpoint checkpoint = Checkpoint.open(directory);
        Model model =
            Architectures.of(
                    directory, checkpoint.config(), pooling, Gpt2Options.DEFAULT, new Notes())
                .load(new CheckpointWeights(checkpoint), device)) {
      addForms("encoder", model);
    }
    compare();
  }

  /** Slices of tensors and trains, in the orders that their ranks ask for. */
  @Test
  void tensorsHaveTheirLogits() throws IOException, InterruptedException {
    requirePython();
    Path bert = TinyCheckpoint.bert(folder.resolve("bert"), 2);
    Path gpt2 = TinyCheckpoint.gpt2(folder.resolve("gpt2"), 2);
    SplittableRandom random = new SplittableRandom(5);
    for (Path directory : List.of(bert, gpt2)) {
      try (LoadedModel loaded = LoadedModel.open(directory, device)) {
        Model model = loaded.model();
        for (int first = 0; first < 4; first++) {
          Map<String, Linear> made = new HashMap<>();
          Forms forms = new Forms(first, scope);
          int number = first;
          for (LinearSlot slot : model.slots()) {
            made.put(slot.name(), tensor(number++, slot, model, forms));
          }
          try (Model changed = model.with(made)) {
            add("tensors", changed, List.of(text(model, 6, random), text(model, 3, random)));
          }
        }
      }
    }
    compare();
  }

  private Linear tensor(int number, LinearSlot slot, Model model, Forms forms) {
    int outputs = slot.linear().outputs();
    int inputs = slot.linear().inputs();
    Tensor bias = forms.random(0.1, outputs);
    Kind kind = Kind.values()[number % 3];
    if (number % 4 == 3) {
      int m = outputs % 2 == 0 ? 2 : 1;
      int n = inputs % 2 == 0 ? 2 : 1;
      return new TensorTrain(
          List.of(new int[] {outputs / m, 1}, new int[] {m, n}, new int[] {1, inputs / n}),
          List.of(
              Matrix.of(forms.random(0.3, 2, outputs / m)),
              Matrix.of(forms.random(0.3, n * 3, m * 2)),
              Matrix.of(forms.random(0.3, inputs / n, 3))),
          bias);
    }
    boolean ofInputs = slot.role().equals("attention_output");
    int width = ofInputs ? inputs : outputs;
    int slices = number % 4 == 0 || width % model.heads() > 0 ? 1 : model.heads();
    int d = ofInputs ? outputs : inputs;
    int w = width / slices;
    // Large ranks have W multiplied out.
    int r1 = number % 4 == 1 ? 40 : 3;
    int r2 = kind == Kind.CP ? r1 : 2;
    List<Matrix> shared = new ArrayList<>();
    shared.add(Matrix.of(forms.random(0.2, d, r1)));
    shared.add(Matrix.of(forms.random(0.2, w, r2)));
    if (kind == Kind.TUCKER) {
      shared.add(Matrix.of(forms.random(0.3, 2, (long) r1 * r2)));
    }
    int own = kind == Kind.CP ? r1 : kind == Kind.TUCKER ? 2 : r1 * r2;
    return new TensorSlices(
        kind,
        new Basis(slot.name(), shared, scope),
        Matrix.of(forms.random(0.3, slices, own)),
        ofInputs,
        bias,
        true);
  }

  /** The model as it is, with other forms in all slots, and in a pass without a mask. */
  private void addForms(String name, Model model) throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    List<TokenSequence> texts = new ArrayList<>();
    for (int length : new int[] {7, 11, 1, 4}) {
      texts.add(text(model, length, random));
    }
    add(name + "-dense", model, texts);
    if (!model.info().architecture().equals("albert")) {
      try (Model narrow = RandomSafe.in(model, 6, 3)) {
        add(name + "-safe", narrow, texts);
      }
    }
    Map<String, Linear> made = new HashMap<>();
    Forms forms = new Forms(3, scope);
    int number = 0;
    for (LinearSlot slot : model.tables()) {
      String kind = cases.size() % 4 < 2 ? "kronecker" : "lowrank";
      made.put(slot.name(), forms.table(kind, slot.linear().outputs(), slot.linear().inputs()));
    }
    for (LinearSlot slot : model.slots()) {
      made.put(slot.name(), form(number++, slot, model, forms));
    }
    try (Model changed = model.with(made)) {
      add(name + "-forms", changed, texts);
      List<TokenSequence> alike = List.of(text(model, 6, random), text(model, 6, random));
      Path file = folder.resolve(cases.size() + ".onnx");
      OnnxExport.writeForward(changed, file);
      ask(file, alike);
      cases.add(new Case(name + " forward", List.of(), forward(changed, alike), alike));
    }
  }

  private static TokenSequence text(Model model, int length, SplittableRandom random) {
    int types = Math.max(1, model.info().types());
    return new TokenSequence(
        random.ints(length, 0, model.info().vocabularySize()).toArray(),
        random.ints(length, 0, types).toArray());
  }

  private Linear form(int number, LinearSlot slot, Model model, Forms forms) {
    Linear linear = slot.linear();
    int outputs = linear.outputs();
    int inputs = linear.inputs();
    boolean projection = List.of("query", "key").contains(slot.role());
    if (slot.role().equals("attention_output") && slot.layer() == 0) {
      return forms.ofHeads(model.heads(), outputs, inputs);
    }
    String kind = Forms.KINDS.get(number % Forms.KINDS.size());
    return switch (number % 12) {
      case 0 -> forms.of("sparse", outputs, inputs, linear.bias() != null);
      case 6 -> forms.of("outputs", outputs, inputs, linear.bias() != null);
      case 11 -> forms.of("selected", outputs, inputs, linear.bias() != null);
      case 7 -> kronecker(2, outputs / 2, inputs / 4, 4, forms);
      case 8 -> kronecker(outputs / 2, 2, 2, inputs / 2, forms);
      case 9 -> LoraLinear.draw(linear, 2, 0.5, 0, new SplittableRandom(1), scope);
      case 10 -> quantized(outputs, inputs, forms);
      default ->
          projection && number > 6
              ? forms.heads(model.heads(), outputs, inputs)
              : forms.of(kind, outputs, inputs, linear.bias() != null);
    };
  }

  private static Linear kronecker(int m1, int m2, int n1, int n2, Forms forms) {
    return new KroneckerLinear(
        forms.random(0.3, n1, 2, m1), forms.random(0.3, n2, 2, m2), forms.random(0.1, m1 * m2));
  }

  /** Codes of 4 bits in two groups a row, with zero points. */
  private Linear quantized(int outputs, int inputs, Forms forms) {
    byte[] codes = new byte[outputs * inputs / 2];
    new SplittableRandom(outputs).nextBytes(codes);
    Tensor tensor = scope.allocate(DType.U8, outputs, inputs / 2);
    tensor.write(0, codes, 0, codes.length);
    return new QuantizedLinear(
        Matrix.of(tensor),
        4,
        forms.random(0.05, outputs, 2),
        forms.random(4, outputs, 2),
        inputs,
        inputs / 2,
        null,
        DType.F32);
  }

  private void add(String name, Model model, List<TokenSequence> texts) throws IOException {
    Path file = folder.resolve(cases.size() + ".onnx");
    OnnxExport.write(model, file);
    ask(file, texts);
    List<String> inputs = new ArrayList<>(List.of("input_ids", "attention_mask"));
    if (model.info().types() > 1) {
      inputs.add("token_type_ids");
    }
    boolean causal = model.info().output() == Output.NEXT_TOKEN;
    float[] output = causal ? everyToken((CausalModel) model, texts) : forward(model, texts);
    cases.add(new Case(name, inputs, output, texts));
  }

  private float[] forward(Model model, List<TokenSequence> texts) {
    try (Scope own = device.openScope();
        Ops ops = new EagerOps(device)) {
      return model.forward(ops, TokenBatch.of(own, texts, model.info())).toFloats();
    }
  }

  private float[] everyToken(CausalModel model, List<TokenSequence> texts) {
    try (Scope own = device.openScope();
        Ops ops = new EagerOps(device)) {
      TokenBatch batch = TokenBatch.of(own, texts, model.info());
      return model.logits(ops, model.states(ops, batch)).toFloats();
    }
  }

  private void ask(Path file, List<TokenSequence> texts) {
    ObjectNode question = asked.addObject().put("file", file.toString());
    int longest = texts.stream().mapToInt(TokenSequence::length).max().orElseThrow();
    for (String name : List.of("input_ids", "attention_mask", "token_type_ids")) {
      ArrayNode rows = question.putArray(name);
      for (TokenSequence text : texts) {
        ArrayNode row = rows.addArray();
        for (int i = 0; i < longest; i++) {
          // What stands where a text is filled up means nothing.
          boolean filling = i >= text.length();
          row.add(
              switch (name) {
                case "input_ids" -> filling ? 3 : text.ids()[i];
                case "attention_mask" -> filling ? 0 : 1;
                default -> filling ? 0 : text.types()[i];
              });
        }
      }
    }
  }

  private void compare() throws IOException, InterruptedException {
    Path questions = folder.resolve("questions.json");
    MAPPER.writeValue(questions.toFile(), asked);
    List<String> lines = python(SCRIPT, questions.toString()).lines().toList();
    assertEquals(cases.size(), lines.size());
    for (int i = 0; i < lines.size(); i++) {
      Case ours = cases.get(i);
      JsonNode theirs = MAPPER.readTree(lines.get(i));
      String output = ours.name().startsWith("encoder") ? "sentence_embedding" : "logits";
      assertEquals(output, theirs.get(0).asText());
      if (!ours.inputs().isEmpty()) {
        assertEquals(MAPPER.valueToTree(ours.inputs()), theirs.get(1), ours.name());
      }
      float[] values = values(theirs.get(2), ours.of());
      assertEquals(ours.output().length, values.length, ours.name());
      for (int j = 0; j < values.length; j++) {
        assertEquals(ours.output()[j], values[j], 1e-4, ours.name() + ", output " + j);
      }
    }
  }

  /** All numbers but those of filling. */
  private static float[] values(JsonNode output, List<TokenSequence> texts) {
    List<JsonNode> rows = new ArrayList<>();
    for (int s = 0; s < texts.size(); s++) {
      if (output.get(s).get(0).isArray()) {
        for (int t = 0; t < texts.get(s).length(); t++) {
          rows.add(output.get(s).get(t));
        }
      } else {
        rows.add(output.get(s));
      }
    }
    float[] values = new float[rows.size() * rows.get(0).size()];
    for (int i = 0; i < values.length; i++) {
      JsonNode row = rows.get(i / rows.get(0).size());
      values[i] = (float) row.get(i % row.size()).asDouble();
    }
    return values;
  }

  /** The places of dropped values are left out, wherever they lie in a tensor. */
  @Test
  void headsThatAreReadInPartAreWritten() throws IOException {
    try (LoadedModel loaded =
        LoadedModel.open(TinyCheckpoint.bert(folder.resolve("bert"), 2), device)) {
      Map<String, Linear> made = new HashMap<>();
      for (LinearSlot slot : loaded.model().slots()) {
        Linear linear = slot.linear();
        if (linear.inputs() % loaded.model().heads() == 0) {
          made.put(
              slot.name(),
              new Forms(1, scope)
                  .ofHeads(loaded.model().heads(), linear.outputs(), linear.inputs()));
        }
      }
      try (Model model = loaded.model().with(made)) {
        Path file = folder.resolve("heads.onnx");
        OnnxExport.write(model, file);
        assertTrue(Files.size(file) > 0);
      }
    }
  }

  @Test
  void whatOnnxHasNoPlaceForIsNamedAndNothingIsWritten() throws IOException {
    Path file = folder.resolve("model.onnx");
    try (LoadedModel loaded =
        LoadedModel.open(TinyCheckpoint.bert(folder.resolve("bert"), 2), device)) {
      LinearSlot slot = loaded.model().slots().get(0);
      Tensor codes = scope.allocate(DType.I8, 12, 12);
      codes.write(0, new byte[144], 0, 144);
      Tensor scales = new Forms(1, scope).random(1, 12, 3);
      Linear uneven =
          new QuantizedLinear(Matrix.of(codes), 8, scales, null, 12, 5, null, DType.F32);
      try (Model model = loaded.model().with(Map.of(slot.name(), uneven))) {
        String message =
            assertThrows(InputException.class, () -> OnnxExport.write(model, file)).getMessage();
        assertEquals(
            "codes in groups of 5 that do not divide rows of 12 cannot be written as ONNX",
            message);
      }
    }
    try (var files = Files.list(folder)) {
      assertTrue(files.noneMatch(each -> each.getFileName().toString().endsWith("onnx")));
    }
  }

  private void requirePython() throws InterruptedException {
    boolean has;
    try {
      python(FIND);
      has = true;
    } catch (IOException | AssertionError e) {
      has = false;
    }
    assumeTrue(has, PYTHON + " has no onnx and onnxruntime; LRFBENCH_PYTHON may name one that has");
  }

  private String python(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON, "-c", script));
    command.addAll(Arrays.asList(arguments));
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> read(errors));
    return output;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.getMessage();
    }
  }
}
