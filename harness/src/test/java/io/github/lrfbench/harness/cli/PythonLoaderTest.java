package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.compress.CompressedCheckpoint;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.Forms;
import io.github.lrfbench.harness.linear.KroneckerLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.PreviewLinear;
import io.github.lrfbench.harness.linear.QuantizedLinear;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.RandomSafe;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.TestData;
import io.github.lrfbench.kernels.ops.CodePacking;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code results/python/lrfbench_loader.py} gives what is written here the same logits in PyTorch,
 * and transformers alone refuses what only we know.
 */
class PythonLoaderTest {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("LRFBENCH_PYTHON"), "python3");
  private static final Path LOADER =
      TestData.repositoryRoot().resolve("results/python").toAbsolutePath();

  /** "a good film ." in the tiny vocabularies. */
  private static final String WORD_IDS = "2 5 6 8 12 3";

  private static final String PIECE_IDS = "2 6 7 9 5 14 3";

  private static final String LETTER_IDS = "2 0 8 14 14 5 0 7 10 11 12 0 1";

  /** Whether there is all, without the time that it takes to load it. */
  private static final String FIND =
      """
      from importlib.util import find_spec
      assert all(find_spec(name) for name in ("torch", "transformers", "safetensors"))
      """;

  private static final String LOGITS =
      """
      import sys, torch
      sys.path.insert(0, sys.argv[1])
      import lrfbench_loader
      for folder, ids in zip(sys.argv[2::2], sys.argv[3::2]):
          model = lrfbench_loader.load(folder)
          with torch.no_grad():
              logits = model(torch.tensor([[int(id) for id in ids.split()]])).logits[0]
          print(" ".join(str(float(logit)) for logit in (logits[-1] if logits.dim() > 1 else logits)))
      """;

  /** Logits of a sentence that is padded, and what they were if padding counted. */
  private static final String PADDED =
      """
      import sys, torch
      sys.path.insert(0, sys.argv[1])
      import lrfbench_loader
      ids = [int(id) for id in sys.argv[2].split()]
      padding = [9, 7, 10, 6, 5]
      inputs = torch.tensor([ids + padding])
      mask = torch.tensor([[1] * len(ids) + [0] * len(padding)])
      with torch.no_grad():
          for told in (lrfbench_loader.before_passes, lambda *_: None):
              lrfbench_loader.before_passes = told
              for folder in sys.argv[3:]:
                  logits = lrfbench_loader.load(folder)(inputs, attention_mask=mask).logits[0]
                  print(" ".join(str(float(logit)) for logit in logits))
      """;

  /** Says of every class by which folders it was refused, and by what words. */
  private static final String REFUSALS =
      """
      import sys, transformers
      for name in "AutoModel AutoModelForSequenceClassification BertModel BertForSequenceClassification".split():
          try:
              getattr(transformers, name).from_pretrained(sys.argv[1])
              print(name, "LOADED")
          except Exception as e:
              print(name, type(e).__name__, str(e).splitlines()[0])
      """;

  @TempDir private Path folder;

  /** What is written, and our logits. */
  private final Map<Path, double[]> written = new LinkedHashMap<>();

  @BeforeEach
  void writeData() throws IOException {
    Path glue = Files.createDirectories(folder.resolve("glue/SST-2"));
    StringBuilder rows = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 30; i++) {
      rows.append(i % 3 == 0 ? "a good film ." : "the plot is not very bad").append('\t');
      rows.append(i % 2).append('\n');
    }
    Files.writeString(glue.resolve("train.tsv"), rows);
    Files.writeString(glue.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\n");
  }

  private Path tiny(String family) throws IOException {
    Path directory = folder.resolve(family);
    return switch (family) {
      case "bert" -> TinyCheckpoint.bert(directory, 2);
      case "roberta" -> roberta(directory);
      case "distilbert" -> TinyCheckpoint.distilbert(directory, 2);
      case "albert" -> TinyCheckpoint.albert(directory, 2, 1, 2);
      case "gpt2" -> TinyCheckpoint.gpt2(directory, 2);
      default -> TinyCheckpoint.gpt2(directory, 0);
    };
  }

  private static Path roberta(Path directory) throws IOException {
    TinyCheckpoint.roberta(directory, 2);
    Files.writeString(
        directory.resolve("tokenizer_config.json"), "{\"tokenizer_class\":\"BertTokenizer\"}");
    return directory;
  }

  @Test
  void everyFormOfEveryArchitectureHasTheSameLogits() throws IOException, InterruptedException {
    requirePython();
    for (String family : List.of("bert", "roberta", "distilbert", "albert", "gpt2", "gpt2-lm")) {
      Path model = tiny(family);
      boolean gpt2 = family.startsWith("gpt2");
      if (!family.equals("albert")) {
        writeSafe(model, family + "-safe");
      }
      for (int first = 0; first < 3; first++) {
        writeForms(model, family + "-forms" + first, first, Gpt2Options.DEFAULT);
        if (gpt2) {
          boolean untied = family.endsWith("lm");
          writeForms(model, family + "-split" + first, first, new Gpt2Options(true, untied));
        }
      }
      if (!gpt2) {
        compress(model, "drone:attention=joint", "--keep", "0.6");
        compress(model, "svd-head", "--rank", "1");
        compress(model, "basis-sharing", "--keep", "0.5");
        compress(model, "basis-sharing:share=blocks+bias", "--keep", "0.5");
        compress(model, "svd:bias=compensate++int8", "--keep", "0.5");
      }
    }
    Path bert = folder.resolve("bert");
    compress(bert, "svd-head:form=elm", "--rank", "2");
    compress(bert, "svd-head:form=tanh", "--rank", "2");
    compress(bert, "kronecker:terms=2", "--keep", "0.5");
    for (Path model : List.of(bert, folder.resolve("gpt2"))) {
      for (String method : List.of("cp", "tucker:stack=both", "tt", "tt:stack=heads")) {
        compress(model, method, "--keep", "0.5");
      }
    }
    String block = "joint-attention+vo-heads+ffn-nystrom";
    for (String family : List.of("bert", "distilbert", "gpt2")) {
      compress(folder.resolve(family), "ffn-nystrom", "--keep", "0.5");
      compress(folder.resolve(family), "ffn-nystrom+int8", "--keep", "0.5");
      compress(folder.resolve(family), "ffn-nystrom", "--keep", "0.4", "--layers", "*.0.*");
      compress(folder.resolve(family), "ffn-nystrom+int8", "--keep", "0.4", "--layers", "*.0.*");
      compress(
          folder.resolve(family), "ffn-nystrom", "--keep", "0.3", "--layers", "*.1.*", "--dense");
    }
    for (String family : List.of("bert", "roberta", "distilbert", "albert", "gpt2")) {
      compress(folder.resolve(family), "prune-heads", "--keep", "0.5");
      compress(folder.resolve(family), "prune-heads+int8", "--keep", "0.5");
      compress(folder.resolve(family), "prune-heads+svd", "--keep", "0.6", "--dense");
    }
    compress(folder.resolve("gpt2"), "prune-heads+int8", "--keep", "0.4", "--split-qkv");
    Path fewer = compress(bert, "prune-heads", "--keep", "0.7");
    compress(fewer, "joint-attention+vo-heads", "--keep", "0.5");
    compress(bert, block, "--keep", "0.5");
    compress(bert, block, "--keep", "0.3", "--dense");
    compress(folder.resolve("roberta"), "vo-heads", "--keep", "0.5");
    for (String family : List.of("bert", "albert", "gpt2")) {
      compress(folder.resolve(family), "embedding-svd:rank=3+svd", "--keep", "0.5");
      compress(folder.resolve(family), "embedding-kronecker", "--keep", "0.6", "--dense");
    }
    compress(folder.resolve("gpt2"), block, "--keep", "0.5", "--split-qkv");
    compress(folder.resolve("roberta"), "svd", "--keep", "0.5", "--dense");
    compress(folder.resolve("gpt2"), "svd+int8", "--keep", "0.5");
    compress(folder.resolve("gpt2"), "basis-sharing:share=blocks", "--keep", "0.5");
    compress(folder.resolve("gpt2"), "basis-sharing", "--keep", "0.5", "--split-qkv");
    Path trained = folder.resolve("trained");
    run("finetune", bert, trained, "--method", "svd", "--keep", "0.5", "--epochs", "1");
    note(trained);
    Path adapter = folder.resolve("adapter");
    run("finetune", bert, adapter, "--lora-r", "2", "--lr", "1e-1", "--epochs", "1");
    Path merged = folder.resolve("merged");
    run("merge-lora", bert, merged, "--adapter", adapter.toString());
    note(merged);

    List<String> arguments = new ArrayList<>(List.of(LOADER.toString()));
    for (Path each : written.keySet()) {
      String name = each.getFileName().toString();
      String ids =
          name.startsWith("gpt2") ? LETTER_IDS : name.startsWith("albert") ? PIECE_IDS : WORD_IDS;
      arguments.addAll(List.of(each.toString(), ids));
    }
    List<String> lines = python(LOGITS, arguments).lines().toList();
    assertEquals(written.size(), lines.size());
    int line = 0;
    for (Map.Entry<Path, double[]> each : written.entrySet()) {
      assertArrayEquals(
          each.getValue(),
          numbers(lines.get(line++), " "),
          1e-5,
          each.getKey().getFileName().toString());
    }
  }

  /** Words of the padding are larger than some of the thresholds, where others are not. */
  @Test
  void paddingMakesNoOutliers() throws IOException, InterruptedException {
    requirePython();
    Path bert = tiny("bert");
    List<String> arguments = new ArrayList<>(List.of(LOADER.toString(), WORD_IDS));
    for (String threshold : List.of("0.4", "0.6", "0.8", "1", "1.5", "2", "2.5")) {
      compress(bert, "llm-int8:threshold=" + threshold, "--bits", "10");
    }
    written.keySet().forEach(each -> arguments.add(each.toString()));
    List<String> lines = python(PADDED, arguments).lines().toList();
    int line = 0;
    for (double[] wanted : written.values()) {
      assertArrayEquals(wanted, numbers(lines.get(line++), " "), 1e-5);
    }
    assertNotEquals(lines.subList(0, line), lines.subList(line, lines.size()));
  }

  @Test
  void transformersAloneRefusesWhatOnlyWeKnow() throws IOException, InterruptedException {
    requirePython();
    Path factored = folder.resolve("factored");
    run("compress", tiny("bert"), factored, "--keep", "0.5");
    List<String> told = python(REFUSALS, List.of(factored.toString())).lines().toList();
    assertEquals(4, told.size(), told.toString());
    for (String line : told) {
      assertTrue(line.contains("lrfbench-bert") || line.contains("no file named"), line);
    }
  }

  private static void requirePython() throws InterruptedException {
    boolean has;
    try {
      python(FIND, List.of());
      has = true;
    } catch (IOException | AssertionError e) {
      has = false;
    }
    assumeTrue(has, PYTHON + " has no transformers; LRFBENCH_PYTHON may name one that has");
  }

  private Path compress(Path model, String method, String... more) throws IOException {
    Path target = folder.resolve(model.getFileName() + "-" + written.size());
    List<String> all = new ArrayList<>(List.of("--method", method));
    all.addAll(List.of(more));
    run("compress", model, target, all.toArray(String[]::new));
    note(target);
    return target;
  }

  private void run(String command, Path model, Path target, String... more) {
    List<String> all = new ArrayList<>(List.of(command, "--model", model.toString()));
    all.addAll(List.of("--task", "sst2", "--out", target.toString(), "--device", "cpu"));
    if (!command.equals("merge-lora")) {
      all.addAll(List.of("--glue", folder.resolve("glue").toString()));
    }
    all.addAll(List.of(more));
    assertEquals(0, run(all), all.toString());
  }

  /** Keeps what {@code eval} says of the only sentence. */
  private void note(Path model) throws IOException {
    Path predictions = folder.resolve("p.tsv");
    List<String> all = new ArrayList<>(List.of("eval", "--model", model.toString()));
    all.addAll(List.of("--task", "sst2", "--glue", folder.resolve("glue").toString()));
    all.addAll(List.of("--predictions", predictions.toString()));
    assertEquals(0, run(all));
    written.put(model, numbers(Files.readAllLines(predictions).get(1).split("\t", 3)[2], "\t"));
  }

  /** Writes a model with another form in every slot. */
  private void writeForms(Path source, String name, int first, Gpt2Options options)
      throws IOException {
    Path target = folder.resolve(name);
    boolean classifies = true;
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(source, options, device);
        Scope scope = device.openScope();
        Checkpoint checkpoint = Checkpoint.open(source)) {
      Model model = loaded.model();
      Map<String, Linear> forms = new HashMap<>();
      int number = first;
      for (LinearSlot slot : model.slots()) {
        forms.put(slot.name(), form(number++, slot, model.heads(), scope));
      }
      // A head that was the word embedding may become one of its own; one stays as it is.
      if (model instanceof CausalModel causal && causal.ownHead() == null && first < 2) {
        forms.put(causal.headModule(), head(first, causal, scope));
      }
      for (LinearSlot slot : model.tables()) {
        String kind = List.of("dense", "lowrank", "kronecker").get(first);
        Linear table = slot.linear();
        forms.put(
            slot.name(), new Forms(first, scope).table(kind, table.outputs(), table.inputs()));
      }
      new CompressedCheckpoint(checkpoint, model, new Compression(forms, List.of(), Map.of()))
          .write(target, false, JsonNodeFactory.instance.objectNode());
      classifies = !model.headLayers().isEmpty();
    }
    if (classifies) {
      note(target);
    } else {
      written.put(target, nextToken(target));
    }
  }

  private void writeSafe(Path source, String name) throws IOException {
    Path target = folder.resolve(name);
    boolean classifies = true;
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(source, device);
        Model narrow = RandomSafe.in(loaded.model(), 6, 3);
        Checkpoint checkpoint = Checkpoint.open(source)) {
      Compression made = new Compression(Map.of(), List.of(), Map.of(), narrow);
      new CompressedCheckpoint(checkpoint, loaded.model(), made)
          .write(target, false, JsonNodeFactory.instance.objectNode());
      classifies = !narrow.headLayers().isEmpty();
    }
    if (classifies) {
      note(target);
    } else {
      written.put(target, nextToken(target));
    }
  }

  private static Linear form(int number, LinearSlot slot, int heads, Scope scope) {
    int outputs = slot.linear().outputs();
    int inputs = slot.linear().inputs();
    boolean biased = slot.linear().bias() != null;
    Forms forms = new Forms(number, scope);
    boolean whole = slot.role().equals("query_key_value");
    if (number % 7 == 0 && (whole || slot.role().equals("query") || slot.role().equals("key"))) {
      return forms.heads((whole ? 3 : 1) * heads, outputs, inputs);
    }
    Tensor bias = biased ? forms.random(0.1, outputs) : null;
    Linear lowRank = forms.of("lowrank", outputs, inputs, false);
    Linear form =
        switch (number % 7) {
          case 0 -> lowRank;
          case 1 -> forms.of(number % 2 == 0 ? "outputs" : "selected", outputs, inputs, false);
          case 2 -> forms.of(number % 2 == 0 ? "sparse" : "sparse-codes", outputs, inputs, false);
          case 3 ->
              number % 2 == 0
                  ? forms.of("palette", outputs, inputs, false)
                  : kronecker(forms, outputs, inputs);
          case 4 ->
              // Of the last block of a GPT-2, PyTorch looks for outliers in more tokens.
              number % 2 == 0 || slot.layer() > 0
                  ? codes(number, 8, inputs, outputs, inputs, forms, scope)
                  : forms.of("llm-int8", outputs, inputs, false);
          case 5 -> new Sum(codes(number, 3, 5, outputs, inputs, forms, scope), lowRank);
          default ->
              new Chain(
                  codes(number, 4, inputs, 5, inputs, forms, scope),
                  codes(number, 8, 2, outputs, 5, forms, scope));
        };
    return form.withBias(bias);
  }

  private static Linear head(int number, CausalModel model, Scope scope) {
    int words = model.info().vocabularySize();
    int inputs = model.info().hiddenSize();
    Forms forms = new Forms(number, scope);
    return number == 0
        ? forms.of("lowrank", words, inputs, false)
        : new PreviewLinear(
            Matrix.of(forms.random(0.3, inputs, inputs)),
            Matrix.of(forms.random(0.3, words, 5)),
            Matrix.of(forms.random(0.3, words, inputs - 5)),
            4,
            null);
  }

  private static Linear kronecker(Forms forms, int outputs, int inputs) {
    int m2 = outputs % 2 == 0 ? 2 : 1;
    int n2 = 4;
    int terms = 3;
    return new KroneckerLinear(
        forms.random(0.2, inputs / n2, terms, outputs / m2),
        forms.random(0.2, n2, terms, m2),
        null);
  }

  private static Linear codes(
      int seed, int bits, int group, int outputs, int inputs, Forms forms, Scope scope) {
    int cols = CodePacking.width(inputs, bits);
    byte[] codes = new byte[outputs * cols];
    new Random(seed).nextBytes(codes);
    Matrix packed = Matrix.of(scope.codes(bits == 8 ? DType.I8 : DType.U8, codes, outputs, cols));
    int groups = 1 + (inputs - 1) / group;
    Tensor zeros = bits == 4 ? forms.random(4, outputs, groups) : null;
    Tensor scales = forms.random(0.005, outputs, groups);
    return new QuantizedLinear(packed, bits, scales, zeros, inputs, group, null, DType.F32);
  }

  private static double[] nextToken(Path model) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(model, device);
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      TokenSequence text = loaded.tokenizer().encode("a good film .", null, 48);
      float[] logits = loaded.model().forward(ops, TokenBatch.of(scope, List.of(text))).toFloats();
      double[] wide = new double[logits.length];
      Arrays.setAll(wide, i -> logits[i]);
      return wide;
    }
  }

  private static double[] numbers(String text, String separator) {
    return Arrays.stream(text.split(separator)).mapToDouble(Double::parseDouble).toArray();
  }

  private static String python(String script, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON, "-B", "-c", script));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    // Libraries' warnings and progress go the same way.
    return String.join("\n", output.lines().filter(PythonLoaderTest::isResult).toList());
  }

  private static boolean isResult(String line) {
    return line.matches("[-0-9.e ]+|(Auto|Bert)\\w+ .*");
  }

  private static int run(List<String> arguments) {
    PrintStream quiet = new PrintStream(PrintStream.nullOutputStream());
    PrintStream before = System.err;
    System.setErr(quiet);
    try {
      return Main.run(quiet, quiet, arguments.toArray(String[]::new));
    } finally {
      System.setErr(before);
    }
  }
}
