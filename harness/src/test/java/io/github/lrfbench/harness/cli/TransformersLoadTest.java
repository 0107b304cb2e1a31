package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.demo.DemoCorpus;
import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.input.Notes;
import io.github.lrfbench.harness.lora.LoraAdapter;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.tokenize.Tokenizer;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code compress --dense} and {@code finetune} write are ordinary checkpoints to Hugging Face
 * transformers, and adapters to PEFT.
 */
class TransformersLoadTest {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("LRFBENCH_PYTHON"), "python3");

  /** "a good film ." in the tiny vocabularies. */
  private static final String BERT_IDS = "2 5 6 8 12 3";

  private static final String GPT2_IDS = "2 0 8 14 14 5 0 7 10 11 12 0 1";

  private static final String SCRIPT =
      """
      import sys, torch
      from transformers import AutoModelForSequenceClassification
      model, info = AutoModelForSequenceClassification.from_pretrained(sys.argv[1], output_loading_info=True)
      assert not any(info[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys")), info
      logits = model.eval()(torch.tensor([[int(id) for id in sys.argv[2].split()]])).logits[0]
      print(" ".join(str(float(logit)) for logit in logits))
      """;

  /** The wrong layout is a warning of PEFT. */
  private static final String PEFT_SCRIPT =
      """
      import sys, warnings, torch
      warnings.filterwarnings("error", message=".*fan_in_fan_out.*")
      from transformers import AutoModelForSequenceClassification, AutoModelForCausalLM
      from peft import PeftConfig, PeftModel
      causal = PeftConfig.from_pretrained(sys.argv[3]).task_type == "CAUSAL_LM"
      base = (AutoModelForCausalLM if causal else AutoModelForSequenceClassification).from_pretrained(sys.argv[1])
      model = PeftModel.from_pretrained(base, sys.argv[3]).eval()
      with torch.no_grad():
          ids = torch.tensor([[int(id) for id in sys.argv[2].split()]])
          before = model(ids).logits
          logits = model.merge_and_unload()(ids).logits
          assert torch.allclose(before, logits, atol=1e-5)
      print(" ".join(str(float(logit)) for logit in (logits[0, -1] if causal else logits[0])))
      """;

  @TempDir private Path folder;

  private static final String LANGUAGE_MODEL_SCRIPT =
      SCRIPT
          .replace("SequenceClassification", "CausalLM")
          .replace(".logits[0]", ".logits[0, -1]")
          .replace("(\"missing_keys\", ", "(");

  /** The tokens of a text, and what a language model says of that after the first hundred. */
  private static final String TOKENIZER_SCRIPT =
      """
      import sys, torch
      from transformers import AutoModelForCausalLM, AutoTokenizer
      text = open(sys.argv[2], encoding="utf-8", newline="").read()
      tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
      ids = tokenizer(text)["input_ids"]
      assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == text
      model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
      logits = model(torch.tensor([ids[:100]])).logits[0, -1]
      print(" ".join(str(float(value)) for value in [*ids, *logits]))
      """;

  private Path tiny(String family, int labels) throws IOException {
    return family.equals("bert")
        ? TinyCheckpoint.bert(folder.resolve("model"), labels)
        : TinyCheckpoint.gpt2(folder.resolve("model"), labels);
  }

  @ParameterizedTest
  @CsvSource({"bert,", "gpt2,", "gpt2, --split-qkv"})
  void transformersLoadsItUnchangedAndGivesTheSameLogits(String family, String option)
      throws IOException, InterruptedException {
    assumeTrue(
        has("torch, transformers, safetensors"),
        PYTHON + " has no transformers; LRFBENCH_PYTHON may name one that has");
    Path model = tiny(family, 2);
    Path dense = folder.resolve("dense");
    Path factored = folder.resolve("factored");
    List<String> options = option == null ? List.of() : List.of(option);
    assertEquals(0, compress(model, dense, "3", options, "--dense"));
    assertEquals(0, compress(model, factored, "3", options));
    double[] logits = assertSameLogits(dense, family);
    assertArrayEquals(logits, logits(factored), 1e-5);
  }

  private static int compress(
      Path model, Path target, String rank, List<String> options, String... more) {
    List<String> all =
        new ArrayList<>(List.of("compress", "--model", model.toString(), "--rank", rank, "--out"));
    all.add(target.toString());
    all.addAll(options);
    all.addAll(List.of(more));
    return run(all.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void transformersLoadsALanguageModelWithAHeadOfItsOwn(boolean dense)
      throws IOException, InterruptedException {
    assumeTrue(
        has("torch, transformers, safetensors"),
        PYTHON + " has no transformers; LRFBENCH_PYTHON may name one that has");
    Path model = tiny("gpt2", 0);
    Path target = folder.resolve("compressed");
    List<String> options = List.of("--untie-head", "--split-qkv");
    assertEquals(
        0,
        dense
            ? compress(model, target, "4", options, "--dense")
            : compress(model, target, "4", options));
    Path comparison = folder.resolve("comparison");
    assertEquals(0, compress(model, comparison, "4", options, "--dense"));
    double[] theirs =
        numbers(python(LANGUAGE_MODEL_SCRIPT, comparison.toString(), GPT2_IDS).strip(), " ");
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(target, device)) {
      assertEquals(dense ? 8 : 13, loaded.model().slots().size());
      assertArrayEquals(theirs, nextTokenLogits(loaded.model(), loaded.tokenizer()), 1e-5);
    }
  }

  @Test
  void transformersReadsTheDemoGpt2AsWeDo() throws IOException, InterruptedException {
    assumeTrue(
        has("torch, transformers, safetensors"),
        PYTHON + " has no transformers; LRFBENCH_PYTHON may name one that has");
    Path model = DemoModel.GPT2.unpack(folder, DemoCorpus.TASK);
    String text = DemoCorpus.test().substring(0, 3000) + "don't  naïve 1,000\n\n\u6771\u4eac\t";
    Path file = Files.writeString(folder.resolve("text.txt"), text);
    double[] theirs =
        numbers(python(TOKENIZER_SCRIPT, model.toString(), file.toString()).strip(), " ");
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(model, device);
        Scope scope = device.openScope();
        Ops ops = new EagerOps(device)) {
      int[] ids = loaded.tokenizer().encode(text, null, Integer.MAX_VALUE).ids();
      assertEquals(text, loaded.tokenizer().decode(ids));
      assertArrayEquals(
          Arrays.stream(ids).asDoubleStream().toArray(), Arrays.copyOf(theirs, ids.length));
      TokenSequence first = loaded.tokenizer().encode(text, null, 100);
      float[] ours = loaded.model().forward(ops, TokenBatch.of(scope, List.of(first))).toFloats();
      assertEquals(ids.length + ours.length, theirs.length);
      for (int i = 0; i < ours.length; i++) {
        assertEquals(theirs[ids.length + i], ours[i], 1e-3);
      }
    }
  }

  private static double[] nextTokenLogits(Model model, Tokenizer tokenizer) {
    try (Scope scope = model.device().openScope();
        Ops ops = new EagerOps(model.device())) {
      TokenSequence text = tokenizer.encode("a good film .", null, 48);
      float[] logits = model.forward(ops, TokenBatch.of(scope, List.of(text))).toFloats();
      return IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).toArray();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2"})
  void peftLoadsATrainedAdapterAndGivesTheSameLogits(String family)
      throws IOException, InterruptedException {
    assumeTrue(has("torch, peft"), PYTHON + " has no peft; LRFBENCH_PYTHON may name one that has");
    Path model = tiny(family, 2);
    Path adapter = folder.resolve("adapter");
    Path glue = writeGlue();
    String settings = "--lora-r 2 --lr 1e-1 --task sst2 --glue " + glue;
    assertEquals(0, finetune(model, adapter, settings));
    String ids = family.equals("bert") ? BERT_IDS : GPT2_IDS;
    double[] theirs =
        numbers(python(PEFT_SCRIPT, model.toString(), ids, adapter.toString()).strip(), " ");
    assertArrayEquals(theirs, logits(model, "--adapter", adapter.toString()), 1e-4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c_attn", "c_attn,c_proj,c_fc"})
  void peftLoadsATrainedAdapterOfALanguageModel(String targets)
      throws IOException, InterruptedException {
    assumeTrue(has("torch, peft"), PYTHON + " has no peft; LRFBENCH_PYTHON may name one that has");
    Path model = tiny("gpt2", 0);
    Path adapter = folder.resolve("adapter");
    Path text = Files.writeString(folder.resolve("t.txt"), "a good film . ".repeat(9).strip());
    String settings = "--lora-r 2 --lr 1e-1 --task lm --context 24 --lora-targets " + targets;
    assertEquals(
        0, finetune(model, adapter, settings + " --text " + text + " --train-text " + text));
    double[] theirs =
        numbers(python(PEFT_SCRIPT, model.toString(), GPT2_IDS, adapter.toString()).strip(), " ");
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
        LoadedModel loaded = LoadedModel.open(model, device);
        LoraAdapter read = LoraAdapter.read(adapter, loaded.model(), List.of(), new Notes());
        Model attached = read.attach()) {
      assertArrayEquals(theirs, nextTokenLogits(attached, loaded.tokenizer()), 1e-4);
    }
  }

  private static int finetune(Path model, Path target, String settings) {
    List<String> all = new ArrayList<>(List.of("finetune", "--model", model.toString()));
    all.addAll(List.of("--out", target.toString(), "--device", "cpu", "--epochs", "1"));
    all.addAll(List.of(settings.split(" ")));
    return run(all.toArray(String[]::new));
  }

  private Path writeGlue() throws IOException {
    Path glue = Files.createDirectories(folder.resolve("glue/SST-2"));
    String rows = "sentence\tlabel\na good film .\t1\na bad plot\t0\n";
    Files.writeString(glue.resolve("train.tsv"), rows);
    Files.writeString(glue.resolve("dev.tsv"), rows);
    return glue.getParent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2"})
  void transformersLoadsWhatWasTrained(String family) throws IOException, InterruptedException {
    assumeTrue(
        has("torch, transformers, safetensors"),
        PYTHON + " has no transformers; LRFBENCH_PYTHON may name one that has");
    Path model = tiny(family, 3);
    Path trained = folder.resolve("trained");
    assertEquals(0, finetune(model, trained, "--task sst2 --lr 1e-2 --glue " + writeGlue()));
    assertSameLogits(trained, family);
  }

  private double[] assertSameLogits(Path model, String family)
      throws IOException, InterruptedException {
    double[] ours = logits(model);
    String ids = family.equals("bert") ? BERT_IDS : GPT2_IDS;
    assertArrayEquals(numbers(python(SCRIPT, model.toString(), ids).strip(), " "), ours, 1e-5);
    return ours;
  }

  private double[] logits(Path model, String... more) throws IOException {
    Path glue = Files.createDirectories(folder.resolve("glue/SST-2"));
    Files.writeString(glue.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\n");
    Path predictions = folder.resolve("p.tsv");
    List<String> all = new ArrayList<>(List.of("eval", "--model", model.toString()));
    all.addAll(List.of("--task", "sst2", "--glue", folder.resolve("glue").toString()));
    all.addAll(List.of("--predictions", predictions.toString()));
    all.addAll(List.of(more));
    assertEquals(0, run(all.toArray(String[]::new)));
    return numbers(Files.readAllLines(predictions).get(1).split("\t", 3)[2], "\t");
  }

  private static double[] numbers(String text, String separator) {
    return Arrays.stream(text.split(separator)).mapToDouble(Double::parseDouble).toArray();
  }

  private static boolean has(String modules) throws InterruptedException {
    try {
      python("import " + modules);
      return true;
    } catch (IOException | AssertionError e) {
      return false;
    }
  }

  private static String python(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON, "-c", script));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  private static int run(String... arguments) {
    PrintStream quiet = new PrintStream(PrintStream.nullOutputStream());
    PrintStream before = System.err;
    System.setErr(quiet);
    try {
      return Main.run(quiet, quiet, arguments);
    } finally {
      System.setErr(before);
    }
  }
}
