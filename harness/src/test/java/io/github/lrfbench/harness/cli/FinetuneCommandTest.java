package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.input.JsonFile;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code finetune} as a user calls it. */
class FinetuneCommandTest {
  private static final String[] WORDS = {"a", "good", "bad", "film", "not", "very", "plot", "the"};
  private static final int STEPS_PER_EPOCH = 5;

  private static final String FACTORED = "lrfbench_model.safetensors";

  @TempDir private Path folder;

  private Path model;
  private Path glue;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void writeModelAndData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    glue = Files.createDirectories(folder.resolve("glue"));
    Files.createDirectories(glue.resolve("SST-2"));
    Files.writeString(glue.resolve("SST-2/train.tsv"), sentences(40, 1));
    Files.writeString(glue.resolve("SST-2/dev.tsv"), sentences(24, 2));
  }

  /** The label is whether "good" comes before "bad". */
  private static String sentences(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder tsv = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < count; i++) {
      List<String> words = new ArrayList<>(List.of(random.nextBoolean() ? "good" : "bad"));
      int label = words.get(0).equals("good") ? 1 : 0;
      for (int w = random.nextInt(5); w >= 0; w--) {
        words.add(WORDS[random.nextInt(WORDS.length)]);
      }
      tsv.append(String.join(" ", words)).append('\t').append(label).append('\n');
    }
    return tsv.toString();
  }

  private int finetune(Path target, String... more) {
    return run(arguments(target, more));
  }

  private String[] arguments(Path target, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "finetune",
                "--model",
                model.toString(),
                "--task",
                "sst2",
                "--glue",
                glue.toString(),
                "--epochs",
                "3",
                "--batch-size",
                "8",
                "--lr",
                "1e-2",
                "--threads",
                "1",
                "--out",
                target.toString()));
    // An option given again replaces the one above.
    for (int i = 0; i < more.length; i++) {
      int at = more[i].startsWith("--") ? all.indexOf(more[i]) : -1;
      if (at >= 0) {
        all.subList(at, at + 2).clear();
      }
    }
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    PrintStream before = System.err;
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      return Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), System.err, arguments);
    } finally {
      System.setErr(before);
    }
  }

  private String stdout() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String stderr() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** The value of a line of what was printed. */
  private String printed(String name) {
    return stdout()
        .lines()
        .filter(line -> line.startsWith(name + "\t"))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not in: " + stdout() + stderr()));
  }

  private static byte[] weights(Path directory) throws IOException {
    return Files.readAllBytes(directory.resolve("model.safetensors"));
  }

  /** The rows of the log without the seconds. */
  private static List<String> log(Path directory) throws IOException {
    return Files.readAllLines(directory.resolve("training.csv")).stream()
        .map(line -> line.substring(0, line.lastIndexOf(',')))
        .toList();
  }

  private void assertSame(Path expected, Path actual) throws IOException {
    assertEquals(log(expected), log(actual));
    assertArrayEquals(weights(expected), weights(actual));
    assertFalse(Files.exists(actual.resolve(".lrfbench-training")));
  }

  private String evaluated(Path directory, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "eval",
                "--model",
                directory.toString(),
                "--task",
                "sst2",
                "--glue",
                glue.toString(),
                "--threads",
                "1"));
    all.addAll(List.of(more));
    int code = run(all.toArray(String[]::new));
    assertEquals(0, code, stderr());
    return printed("metric");
  }

  private void assertOneLine(int code, String... parts) {
    assertEquals(2, code, stderr());
    List<String> lines = stderr().lines().filter(line -> line.startsWith("lrfbench: ")).toList();
    assertEquals(1, lines.size(), stderr());
    for (String part : parts) {
      assertTrue(lines.get(0).contains(part), lines.get(0));
    }
  }

  @Test
  void theDirectoryScoresAsTheReportSaid() throws IOException {
    Path target = folder.resolve("out");
    assertEquals(0, finetune(target, "--epochs", "20"), stderr());
    String metric = printed("metric");
    assertTrue(Double.parseDouble(metric) > 0.8, metric);
    assertEquals("100", printed("steps"));
    int kept = Integer.parseInt(printed("epoch"));
    assertEquals(20, kept);
    assertEquals(metric, evaluated(target));
    List<String> log = log(target);
    assertEquals("step,epoch,loss,learning_rate,metric,held_out_loss", log.get(0));
    assertEquals(1 + 20 * (STEPS_PER_EPOCH + 1), log.size());
    String[] row = log.get(kept * (STEPS_PER_EPOCH + 1)).split(",");
    assertEquals(Integer.toString(5 * kept), row[0]);
    assertEquals(Double.parseDouble(metric), Double.parseDouble(row[4]), 1e-6);
    var block = new ObjectMapper().readTree(target.resolve("config.json").toFile()).get("lrfbench");
    assertEquals("sst2", block.get("task").asText());
    assertEquals(40, block.get("train_examples").asInt());
    assertEquals("last", block.get("select").asText());
  }

  @Test
  void aSeedDecidesTheWeights() throws IOException {
    assertEquals(0, finetune(folder.resolve("first")));
    assertEquals(0, finetune(folder.resolve("second")));
    assertSame(folder.resolve("first"), folder.resolve("second"));
    assertEquals(0, finetune(folder.resolve("third"), "--seed", "1"));
    assertNotEquals(log(folder.resolve("first")), log(folder.resolve("third")));
  }

  @Test
  void aRateOfDropoutIsTrainedWithAndWritten() throws IOException {
    Path without = folder.resolve("without");
    assertEquals(0, finetune(without, "--dropout", "0"), stderr());
    Path with = folder.resolve("with");
    assertEquals(0, finetune(with, "--dropout", "0.4"), stderr());
    assertNotEquals(log(without).get(1), log(with).get(1));
    JsonNode config = JsonFile.read(with.resolve("config.json"));
    for (String key :
        List.of("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout")) {
      assertEquals(0.4, config.get(key).asDouble(), key);
    }
    assertEquals(0.4, config.get("lrfbench").get("dropout").asDouble());
    assertOneLine(finetune(folder.resolve("all"), "--dropout", "1"), "--dropout", "below 1");
  }

  @Test
  void aTrainingThatWasKilledGoesOnToTheSameEnd() throws IOException, InterruptedException {
    Path whole = folder.resolve("whole");
    assertEquals(0, finetune(whole, "--epochs", "40"));
    Path killed = folder.resolve("killed");
    String[] arguments = arguments(killed, "--epochs", "40", "--save-steps", "3");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    Path log = killed.resolve("training.csv");
    while (process.isAlive() && !(Files.exists(log) && Files.readAllLines(log).size() > 20)) {
      Thread.sleep(1);
    }
    process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
    assertTrue(
        Files.exists(killed.resolve(".lrfbench-training/latest.json")),
        "ended before it could be killed");
    assertEquals(0, run(arguments), stderr());
    assertTrue(stderr().contains("going on with the run"), stderr());
    assertSame(whole, killed);
  }

  @Test
  void theStateOfOtherSettingsIsRefusedUntilARestart() throws IOException {
    Path target = folder.resolve("out");
    assertOneLine(finetune(target, "--lr", "0.99", "--weight-decay", "1e30"), "--lr (0.99)");
    Path state = Files.createDirectories(target.resolve(".lrfbench-training"));
    Files.writeString(state.resolve("latest.json"), "{\"fingerprint\": \"another\", \"step\": 3}");
    assertOneLine(finetune(target), "other settings", "--restart");
    assertEquals(0, finetune(target, "--restart"), stderr());
    assertEquals(0, finetune(folder.resolve("fresh")));
    assertSame(folder.resolve("fresh"), target);
  }

  @Test
  void aLossThatIsNoNumberStopsAndTheLastCheckpointStays() throws IOException {
    Path target = folder.resolve("out");
    // The rate rises with the steps, and decay makes weights grow when it is above 2 / 30.
    String[] hopeless = {"--lr", "0.9", "--weight-decay", "30", "--warmup", "1", "--epochs", "100"};
    assertOneLine(finetune(target, hopeless), "no number any more at step", "lower --lr (0.9)");
    double last =
        log(target).stream()
            .skip(1)
            .map(row -> row.split(",", -1)[4])
            .filter(cell -> !cell.isEmpty())
            .mapToDouble(Double::parseDouble)
            .reduce((before, after) -> after)
            .orElseThrow();
    assertEquals(last, Double.parseDouble(evaluated(target)), 1e-6);
  }

  @Test
  void patienceEndsATrainingThatGetsNoBetter() throws IOException {
    Files.writeString(glue.resolve("SST-2/train.tsv"), sentences(72, 1));
    Path target = folder.resolve("out");
    String[] patient = {
      "--epochs", "50", "--patience", "2", "--select", "held-out", "--lr", "3e-2"
    };
    assertEquals(0, finetune(target, patient), stderr());
    String metric = printed("metric");
    int best = Integer.parseInt(printed("epoch"));
    // 72 examples less 32 that are held out.
    assertEquals((best + 2) * STEPS_PER_EPOCH, Integer.parseInt(printed("steps")));
    assertTrue(best < 40);
    double loss = Double.parseDouble(printed("held_out_loss"));
    List<Double> losses =
        log(target).stream()
            .skip(1)
            .map(row -> row.split(",", -1)[5])
            .filter(cell -> !cell.isEmpty())
            .map(Double::parseDouble)
            .toList();
    assertEquals(best + 2, losses.size());
    assertEquals(best - 1, losses.indexOf(Collections.min(losses)));
    assertEquals(loss, losses.get(best - 1), 1e-6);
    assertEquals(metric, evaluated(target));
    JsonNode block = JsonFile.read(target.resolve("config.json")).get("lrfbench");
    assertEquals(40, block.get("train_examples").asInt());
    assertEquals("held-out", block.get("select").asText());
  }

  /** Other dev data, the same weights: it decides nothing. */
  @ParameterizedTest
  @CsvSource({"last", "held-out"})
  void theDevSetDecidesNothing(String select) throws IOException {
    Files.writeString(glue.resolve("SST-2/train.tsv"), sentences(72, 1));
    String[] selected = {"--select", select, "--epochs", "20"};
    assertEquals(0, finetune(folder.resolve("first"), selected), stderr());
    String dev = Files.readString(glue.resolve("SST-2/dev.tsv"));
    Files.writeString(
        glue.resolve("SST-2/dev.tsv"),
        dev.replace("\t1\n", "\tx\n").replace("\t0\n", "\t1\n").replace("\tx\n", "\t0\n"));
    assertEquals(0, finetune(folder.resolve("second"), selected), stderr());
    assertNotEquals(log(folder.resolve("first")), log(folder.resolve("second")));
    assertArrayEquals(weights(folder.resolve("first")), weights(folder.resolve("second")));
  }

  @Test
  void fromScratchUsesTheConfigurationOnly() throws IOException {
    assertEquals(0, finetune(folder.resolve("scratch"), "--from-scratch", "--epochs", "1"));
    model = TinyCheckpoint.bert(folder.resolve("three"), 3);
    assertEquals(0, finetune(folder.resolve("again"), "--from-scratch", "--epochs", "1"));
    assertArrayEquals(weights(folder.resolve("scratch")), weights(folder.resolve("again")));
    assertEquals(0, finetune(folder.resolve("dense"), "--epochs", "1"));
    assertFalse(
        Arrays.equals(weights(folder.resolve("scratch")), weights(folder.resolve("dense"))));
  }

  @Test
  void aHeadOfAnotherSizeIsDrawnAnew() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("three"), 3);
    Path target = folder.resolve("out");
    assertEquals(0, finetune(target), stderr());
    assertTrue(stderr().contains("a head drawn with seed 0"), stderr());
    String metric = printed("metric");
    assertEquals(metric, evaluated(target));
    try (SafetensorsFile file = SafetensorsFile.open(target.resolve("model.safetensors"))) {
      assertEquals(2, file.shape("classifier.weight").dim(0));
    }
    var config = new ObjectMapper().readTree(target.resolve("config.json").toFile());
    assertEquals("negative", config.get("id2label").get("0").asText());
  }

  @Test
  void aBudgetIsSharedOutAsAskedFor() throws IOException {
    Path target = folder.resolve("out");
    String[] shared = {"--bits", "16", "--allocate", "greedy", "--round-to", "2", "--epochs", "1"};
    assertEquals(0, finetune(target, shared), stderr());
    var block = new ObjectMapper().readTree(target.resolve("config.json").toFile()).get("lrfbench");
    assertEquals("bits", block.get("budget_kind").asText());
    assertEquals("greedy", block.get("allocate").asText());
    assertEquals(2, block.get("round_to").asInt());
    try (SafetensorsFile file = SafetensorsFile.open(target.resolve(FACTORED))) {
      List<String> factors =
          file.names().stream().filter(name -> name.endsWith(".lowrank.v")).toList();
      assertFalse(factors.isEmpty());
      for (String name : factors) {
        assertEquals(0, file.shape(name).dim(0) % 2, name);
      }
    }
  }

  @Test
  void factorsAreTrainedAfterCompression() throws IOException {
    Path compressed = folder.resolve("compressed");
    assertEquals(
        0,
        run(
            "compress",
            "--model",
            model.toString(),
            "--keep",
            "0.5",
            "--out",
            compressed.toString()));
    Path target = folder.resolve("out");
    assertEquals(0, finetune(target, "--keep", "0.5"), stderr());
    String metric = printed("metric");
    assertEquals(metric, evaluated(target));
    try (SafetensorsFile before = SafetensorsFile.open(compressed.resolve(FACTORED));
        SafetensorsFile after = SafetensorsFile.open(target.resolve(FACTORED))) {
      assertEquals(before.names(), after.names());
      assertTrue(after.names().stream().anyMatch(name -> name.endsWith(".lowrank.u")));
      for (String name : after.names()) {
        assertEquals(before.shape(name), after.shape(name));
        // Softmax ignores the keys' biases.
        if (!name.endsWith("key.bias")) {
          assertFalse(Arrays.equals(before.readFloats(name), after.readFloats(name)), name);
        }
      }
    }
    model = target;
    assertEquals(0, finetune(folder.resolve("more"), "--epochs", "1"), stderr());
  }

  @Test
  void anAdapterIsTrainedWrittenEvaluatedAndMerged() throws IOException {
    byte[] base = weights(model);
    Path target = folder.resolve("adapter");
    String[] lora = {"--lora-r", "2", "--lora-dropout", "0.1", "--epochs", "20", "--lr", "2e-2"};
    assertEquals(0, finetune(target, lora), stderr());
    String metric = printed("metric");
    assertTrue(Double.parseDouble(metric) > 0.7, metric);
    // Four matrices of 12 x 12 at rank 2, and the classifier.
    assertEquals(Integer.toString(4 * 2 * 24 + 2 * 12 + 2), printed("trained_parameters"));
    String adapter = target.toString();
    assertEquals(metric, evaluated(model, "--adapter", adapter));
    assertArrayEquals(base, weights(model));
    try (SafetensorsFile file = SafetensorsFile.open(target.resolve("adapter_model.safetensors"))) {
      assertEquals(4 * 2 + 2, file.names().size());
      assertEquals(
          2,
          file.shape("base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight")
              .dim(0));
    }
    JsonNode config = JsonFile.read(target.resolve("adapter_config.json"));
    assertFalse(config.path("fan_in_fan_out").asBoolean(true));
    Path merged = folder.resolve("merged");
    String[] merge = {
      "merge-lora", "--model", model.toString(), "--adapter", adapter, "--task", "sst2", "--out",
    };
    assertEquals(0, run(append(merge, merged.toString())), stderr());
    assertEquals(metric, evaluated(merged));
    // The directory is ours: a training may write it anew if told so, but no model is put into it.
    assertOneLine(finetune(target, lora), "holds an adapter; give --overwrite");
    assertEquals(0, finetune(target, append(lora, "--overwrite")), stderr());
    assertEquals(metric, printed("metric"));
    assertOneLine(finetune(target), "adapter");
    assertOneLine(finetune(merged, lora), "holds a model");
  }

  @Test
  void aGpt2IsTrainedFromScratchAdaptedAndMerged() throws IOException {
    model = TinyCheckpoint.gpt2(folder.resolve("gpt2"), 2);
    Path scratch = folder.resolve("scratch");
    assertEquals(0, finetune(scratch, "--from-scratch"), stderr());
    assertEquals(printed("metric"), evaluated(scratch));
    Path half = folder.resolve("half");
    assertEquals(0, finetune(half, "--keep", "0.5", "--split-qkv"), stderr());
    assertEquals(printed("metric"), evaluated(half));
    Path adapter = folder.resolve("adapter");
    assertEquals(0, finetune(adapter, "--lora-r", "2", "--epochs", "1"), stderr());
    String metric = printed("metric");
    // Two matrices of 12 x 36 at rank 2, and the classifier, which has no bias.
    assertEquals(Integer.toString(2 * 2 * 48 + 2 * 12), printed("trained_parameters"));
    assertEquals(metric, evaluated(model, "--adapter", adapter.toString()));
    try (SafetensorsFile file =
        SafetensorsFile.open(adapter.resolve("adapter_model.safetensors"))) {
      assertEquals(
          36, file.shape("base_model.model.transformer.h.0.attn.c_attn.lora_B.weight").dim(0));
    }
    JsonNode config = JsonFile.read(adapter.resolve("adapter_config.json"));
    assertTrue(config.path("fan_in_fan_out").asBoolean());
    assertEquals("SEQ_CLS", config.path("task_type").asText());
    assertOneLine(finetune(folder.resolve("no"), "--untie-head"), "language models");
  }

  private static String[] append(String[] all, String last) {
    String[] longer = Arrays.copyOf(all, all.length + 1);
    longer[all.length] = last;
    return longer;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--lora-r 0 | --lora-r",
        "--lora-alpha 3 | --lora-r",
        "--lora-r 2 --lora-dropout 1 | --lora-dropout",
        "--lora-r 2 --lora-targets nothing | 'nothing'",
        "--lora-r 2 --keep 0.5 | --lora-r",
        "--lora-r 2 --from-scratch | --from-scratch"
      })
  void wrongAdaptersAreOneLineAndWriteNothing(String arguments, String named) {
    Path target = folder.resolve("out");
    assertOneLine(finetune(target, arguments.strip().split(" ")), named.strip());
    assertFalse(Files.exists(target));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--epochs 0 | --epochs",
        "--lr 0 | --lr",
        "--lr 1e-400 | --lr",
        "--batch-size 0 | --batch-size",
        "--micro-batch 0 | --micro-batch",
        "--warmup 2 | --warmup",
        "--grad-clip -1 | --grad-clip",
        "--patience -1 | --patience",
        "--patience 2 | give --select held-out",
        "--select best | --select must be last or held-out, but is 'best'",
        "--select held-out | needs 64 training examples or more, but there are 40",
        "--train-limit -1 | --train-limit",
        "--save-steps -1 | --save-steps",
        "--keep 0.5,0.3 | --keep",
        "--allocate greedy | give --keep",
        "--round-to 2 | give --keep",
        "--keep 0.5 --allocate greedy,v2 | one --allocate",
        "--bits 33 | --bits",
        "--task ax | ax",
        "--task rte | RTE",
        "--method swd --keep 0.5 | did you mean 'svd'",
        "--model ./absent | ./absent"
      })
  void wrongArgumentsAreOneLineAndWriteNothing(String arguments, String named) {
    Path target = folder.resolve("out");
    assertOneLine(finetune(target, arguments.strip().split(" ")), named.strip());
    assertFalse(Files.exists(target));
  }

  @Test
  void aDirectoryOfSomeoneElseIsLeftAsItIs() throws IOException {
    Path target = Files.createDirectories(folder.resolve("precious"));
    Files.writeString(target.resolve("thesis.tex"), "mine");
    assertOneLine(finetune(target), "precious");
    assertOneLine(finetune(target, "--restart"), "precious");
    try (var files = Files.list(target)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void aDirectoryThatAKillLeftHalfWrittenIsGoneOnWith() throws IOException {
    Path target = Files.createDirectories(folder.resolve("out"));
    Files.createDirectories(target.resolve(".lrfbench-training"));
    Files.copy(model.resolve("vocab.txt"), target.resolve("vocab.txt"));
    assertEquals(0, finetune(target), stderr());
    assertEquals(0, finetune(folder.resolve("fresh")));
    assertSame(folder.resolve("fresh"), target);
  }
}
