package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the commands take the outputs of a checkpoint to mean whose config.json does not say it: on
 * MNLI, with examples whose labels are what the dense model predicts, in the order contradiction,
 * entailment, neutral.
 */
class OutputNamesTest {
  private static final List<String> ORDER = List.of("contradiction", "entailment", "neutral");
  private static final String[] WORDS = {"a", "good", "bad", "film", "not", "very", "plot", "the"};
  private static final String COLUMNS =
      "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse"
          + "\tsentence1_parse\tsentence2_parse\tsentence1\tsentence2";

  @TempDir private Path folder;

  private Path model;
  private Path glue;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void writeModelAndData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 3);
    glue = folder.resolve("glue");
    Files.createDirectories(glue.resolve("MNLI"));
    Files.createDirectories(glue.resolve("diagnostic"));
    List<String> pairs = pairs();
    StringBuilder diagnostic = new StringBuilder("index\tsentence1\tsentence2\n");
    for (int i = 0; i < pairs.size(); i++) {
      diagnostic.append(i).append('\t').append(pairs.get(i)).append('\n');
    }
    Files.writeString(glue.resolve("diagnostic/diagnostic.tsv"), diagnostic);
    int[] outputs = predictedOutputs();
    // As many of each label, so that no order is as good as another.
    int each =
        IntStream.range(0, 3)
            .map(k -> (int) Arrays.stream(outputs).filter(o -> o == k).count())
            .min()
            .orElseThrow();
    assertTrue(each >= 8, "the model predicts an output " + each + " times");
    List<String> rows = new ArrayList<>();
    int[] taken = new int[3];
    for (int i = 0; i < outputs.length; i++) {
      if (taken[outputs[i]]++ < each) {
        rows.add(row(pairs.get(i), ORDER.get(outputs[i])));
      }
    }
    writeDev(rows);
    Files.writeString(
        glue.resolve("MNLI/train.tsv"),
        COLUMNS + "\tlabel1\tgold_label\n" + String.join("", trainingRows(rows)));
  }

  private static List<String> pairs() {
    SplittableRandom random = new SplittableRandom(8);
    return Stream.generate(() -> text(random) + "\t" + text(random)).limit(400).toList();
  }

  private static String text(SplittableRandom random) {
    return String.join(
        " ",
        Stream.generate(() -> WORDS[random.nextInt(WORDS.length)])
            .limit(random.nextInt(1, 5))
            .toList());
  }

  private static String row(String pair, String label) {
    return "0\tp\tq\tg" + "\tx".repeat(4) + "\t" + pair + "\te".repeat(5) + "\t" + label + "\n";
  }

  private static List<String> trainingRows(List<String> rows) {
    return rows.stream().map(row -> row.replace("\te".repeat(5), "\te")).toList();
  }

  private void writeDev(List<String> rows) throws IOException {
    Files.writeString(
        glue.resolve("MNLI/dev_matched.tsv"),
        COLUMNS + "\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label\n" + String.join("", rows));
  }

  /** The number of the largest logit of every pair, after the bias has made all of them occur. */
  private int[] predictedOutputs() throws IOException {
    Path predictions = folder.resolve("p.tsv");
    assertEquals(0, eval(model, "ax", "--predictions", predictions.toString()), stderr());
    assertTrue(stderr().contains("the order of LABEL_0, LABEL_1, LABEL_2 is not known"), stderr());
    double[][] logits = logits(predictions);
    float[] bias = new float[3];
    for (int k = 0; k < 3; k++) {
      int output = k;
      bias[k] = (float) -Arrays.stream(logits).mapToDouble(row -> row[output]).average().orElse(0);
    }
    addToBias(bias);
    assertEquals(0, eval(model, "ax", "--predictions", predictions.toString()), stderr());
    return largest(logits(predictions));
  }

  private void addToBias(float[] more) throws IOException {
    rewrite(
        model,
        model,
        (name, values) -> {
          for (int i = 0; name.equals("classifier.bias") && i < values.length; i++) {
            values[i] += more[i];
          }
        });
  }

  /** Writes the weights of one directory, changed, in the place of another's. */
  private void rewrite(Path source, Path target, BiConsumer<String, float[]> change)
      throws IOException {
    Path changed = Files.createDirectories(folder.resolve("changed"));
    try (Checkpoint checkpoint = Checkpoint.open(source)) {
      SafetensorsWriter writer = new SafetensorsWriter();
      for (String name : checkpoint.names()) {
        float[] values = checkpoint.readFloats(name);
        change.accept(name, values);
        writer.add(name, checkpoint.shape(name), () -> values);
      }
      writer.write(changed.resolve("model.safetensors"));
    }
    Files.move(
        changed.resolve("model.safetensors"),
        target.resolve("model.safetensors"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  private static double[][] logits(Path predictions) throws IOException {
    return Files.readAllLines(predictions).stream()
        .skip(1)
        .map(line -> line.split("\t"))
        .map(c -> IntStream.range(2, 5).mapToDouble(i -> Double.parseDouble(c[i])).toArray())
        .toArray(double[][]::new);
  }

  private static int[] largest(double[][] logits) {
    return Arrays.stream(logits)
        .mapToInt(
            row -> IntStream.range(0, 3).reduce((a, b) -> row[b] > row[a] ? b : a).orElseThrow())
        .toArray();
  }

  @Test
  void theOrderIsThatOfTheDenseModelHoweverFewExamplesAreEvaluated() {
    assertEquals(0, eval(model, "mnli", "--limit", "1"), stderr());
    assertEquals(1, metric());
    assertTrue(stdout().contains("mean [contradiction, entailment, neutral]: best"), stdout());
    assertTrue(stderr().contains("does not say what its outputs mean"), stderr());
  }

  @Test
  void predictionsWithoutLabelsTakeTheOrderFromMnli() throws IOException {
    Path predictions = folder.resolve("ax.tsv");
    assertEquals(0, eval(model, "ax", "--predictions", predictions.toString()), stderr());
    int[] outputs = largest(logits(predictions));
    List<String> lines = Files.readAllLines(predictions);
    for (int i = 0; i < outputs.length; i++) {
      assertEquals(ORDER.get(outputs[i]), lines.get(i + 1).split("\t")[1]);
    }
  }

  @Test
  void aCompressedModelKeepsTheOrderOfTheDenseOne() throws IOException {
    double expected = sweptMetric();
    Path plain = folder.resolve("plain");
    assertEquals(0, compress(plain), stderr());
    assertEquals(0, eval(plain, "mnli"), stderr());
    assertEquals(expected, metric(), 1e-6);

    Path named = folder.resolve("named");
    assertEquals(0, compress(named, "--task", "mnli", "--glue", glue.toString()), stderr());
    ObjectNode config = config(named);
    for (int i = 0; i < 3; i++) {
      assertEquals(ORDER.get(i), config.at("/id2label/" + i).asText());
      assertEquals(i, config.at("/label2id/" + ORDER.get(i)).asInt());
    }
    assertEquals(0, eval(named, "mnli"), stderr());
    assertEquals(expected, metric(), 1e-6);
    assertTrue(stdout().contains("labels\tby name\n"), stdout());
  }

  @Test
  void aCompressedModelIsNotAskedItself() throws IOException {
    Path compressed = folder.resolve("compressed");
    assertEquals(0, compress(compressed), stderr());
    Files.move(model, folder.resolve("elsewhere"));
    assertEquals(2, eval(compressed, "mnli"));
    assertEquals(1, stderr().lines().count(), stderr());
    assertTrue(stderr().contains("config.json: 'id2label' does not say"), stderr());
    assertTrue(stderr().contains("compressed from"), stderr());
  }

  /** transformers keeps keys of config.json that it does not know when it saves a model again. */
  @Test
  void aCompressedModelThatAnotherProgramTrainedIsAskedItself() throws IOException {
    Path trained = folder.resolve("trained");
    assertEquals(0, compress(trained, "--dense"), stderr());
    rewrite(
        model,
        trained,
        (name, values) -> {
          if (name.startsWith("classifier.")) {
            float[] before = values.clone();
            for (int i = 0; i < values.length; i++) {
              values[(i + values.length / 3) % values.length] = before[i];
            }
          }
        });
    assertEquals(0, eval(trained, "mnli"), stderr());
    assertEquals(1, metric());
    assertTrue(stdout().contains("mean [neutral, contradiction, entailment]: best"), stdout());
    assertEquals(2, compress(trained));
    assertTrue(stderr().contains("holds no model that lrfbench wrote; left as it is"), stderr());
  }

  @Test
  void aHandfulOfExamplesIsNotScored() throws IOException {
    List<String> lines = Files.readAllLines(glue.resolve("MNLI/dev_matched.tsv"));
    writeDev(lines.subList(1, 4).stream().map(line -> line + "\n").toList());
    Files.delete(glue.resolve("MNLI/train.tsv"));
    assertEquals(2, eval(model, "mnli"));
    assertEquals(1, stderr().lines().count(), stderr());
    assertTrue(stderr().contains("beyond chance; name them there"), stderr());
  }

  @Test
  void aTrainedModelNamesItsOutputs() throws IOException {
    Path trained = folder.resolve("trained");
    assertEquals(0, finetune(trained), stderr());
    double reported = metric();
    assertEquals("contradiction", config(trained).at("/id2label/0").asText());
    assertEquals(0, eval(trained, "mnli"), stderr());
    assertEquals(reported, metric(), 1e-6);

    Path adapter = folder.resolve("adapter");
    assertEquals(0, finetune(adapter, "--lora-r", "2"), stderr());
    reported = metric();
    assertEquals(0, eval(model, "mnli", "--adapter", adapter.toString()), stderr());
    assertEquals(reported, metric(), 1e-6);
    Path merged = folder.resolve("merged");
    assertEquals(
        0,
        run(
            "merge-lora",
            "--model",
            model.toString(),
            "--adapter",
            adapter.toString(),
            "--task",
            "mnli",
            "--out",
            merged.toString()),
        stderr());
    assertEquals("contradiction", config(merged).at("/id2label/0").asText());
    assertEquals(0, eval(merged, "mnli"), stderr());
    assertEquals(reported, metric(), 1e-6);
  }

  /** A new head learns the task's own order. */
  @Test
  void aNewHeadIsNamedAfterTheTask() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("other"), 2);
    Path trained = folder.resolve("trained");
    assertEquals(0, finetune(trained), stderr());
    assertEquals("entailment", config(trained).at("/id2label/0").asText());
    assertEquals("single_label_classification", config(trained).path("problem_type").asText());
  }

  /** Two outputs that are numbered the other way round are not turned around, but not passed by. */
  @Test
  void outputsThatAreTheOtherWayRoundAreTold() throws IOException {
    Path reversed = folder.resolve("reversed");
    assertEquals(
        0,
        run("compress", "--model", "demo:bert", "--keep", "1", "--out", reversed.toString()),
        stderr());
    ObjectNode config = config(reversed);
    config.remove("label2id");
    config.putObject("id2label").put("0", "LABEL_1").put("1", "LABEL_0");
    Files.writeString(reversed.resolve("config.json"), config.toString());
    String told = "far below chance on demo-sst2";
    assertEquals(0, eval(reversed, "demo-sst2", "--limit", "100"), stderr());
    assertTrue(metric() < 0.3, stdout());
    assertTrue(stdout().contains("below_chance\ttrue\n"), stdout());
    assertEquals(1, stderr().lines().filter(line -> line.startsWith(told)).count(), stderr());
    Path swept = folder.resolve("swept");
    String[] sweep = {"sweep", "--model", reversed.toString(), "--task", "demo-sst2"};
    String[] more = {"--rank", "1", "--seq-len", "4", "--limit", "100", "--out", swept.toString()};
    assertEquals(0, run(concat(sweep, more)), stderr());
    assertEquals(1, stderr().lines().filter(line -> line.contains(told)).count(), stderr());
  }

  private double sweptMetric() {
    Path swept = folder.resolve("swept");
    assertEquals(
        0,
        run(
            "sweep",
            "--model",
            model.toString(),
            "--task",
            "mnli",
            "--glue",
            glue.toString(),
            "--rank",
            "1",
            "--seq-len",
            "4",
            "--out",
            swept.toString()),
        stderr());
    return ResultsCsv.RUNS.read(swept.resolve("runs.csv")).get(1).get(ScoreColumns.METRIC);
  }

  private int compress(Path target, String... more) {
    return run(
        concat(
            new String[] {
              "compress", "--model", model.toString(), "--rank", "1", "--out", target.toString()
            },
            more));
  }

  private int finetune(Path target, String... more) {
    return run(
        concat(
            new String[] {
              "finetune",
              "--model",
              model.toString(),
              "--task",
              "mnli",
              "--glue",
              glue.toString(),
              "--epochs",
              "1",
              "--out",
              target.toString()
            },
            more));
  }

  private int eval(Path directory, String task, String... more) {
    return run(
        concat(
            new String[] {
              "eval", "--model", directory.toString(), "--task", task, "--glue", glue.toString()
            },
            more));
  }

  private static String[] concat(String[] first, String[] more) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(more)).toArray(String[]::new);
  }

  private double metric() {
    return stdout()
        .lines()
        .filter(line -> line.startsWith("metric\t"))
        .mapToDouble(line -> Double.parseDouble(line.split("\t")[1]))
        .findFirst()
        .orElseThrow();
  }

  private static ObjectNode config(Path directory) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(directory.resolve("config.json").toFile());
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    PrintStream before = System.err;
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    System.setErr(stderr);
    try {
      return Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), stderr, arguments);
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
}
