package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Language models as a user calls them. */
class LanguageModelCommandsTest extends LanguageModelCase {
  @Test
  void perplexityOfAText() {
    int code = run("eval", "--model", model, "--task", "lm", "--text", text, "--device", "cpu");
    assertEquals(0, code, err::toString);
    double perplexity = value("perplexity");
    assertEquals(perplexity, value("metric"));
    assertEquals(Math.log(perplexity), value("nats_per_token"), 1e-4);
    assertEquals(Math.log(perplexity), value("loss"), 1e-4);
    assertEquals("metric_name\tperplexity", line("metric_name"));
    assertTrue(value("bits_per_byte") > 0);
  }

  @Test
  void aDemoModelThatClassifiesContinuesNothing() {
    assertEquals(2, run("generate", "--model", "demo:bert", "--prompt", "The doctor"));
    assertTrue(err.toString().contains("demo:bert classifies"), err::toString);
  }

  @Test
  void theDemoModelPredictsAndContinuesItsText() {
    int code = run("eval", "--model", "demo:gpt2", "--task", "demo-lm", "--limit", "20");
    assertEquals(0, code, err::toString);
    assertEquals("examples\t20", line("examples"));
    assertTrue(value("perplexity") < 10, out::toString);
    out.reset();
    code = run("generate", "--model", "demo:gpt2", "--prompt", "The doctor", "--top-k", "5");
    assertEquals(0, code, err::toString);
    String text = out.toString(StandardCharsets.UTF_8);
    assertTrue(text.matches("(?s) [a-z]+ .*"), text);
  }

  @Test
  void aDemoModelIsSweptOnItsTasks() {
    assertEquals(0, run("sweep", "--dry-run"), err::toString);
    String cells = out.toString(StandardCharsets.UTF_8);
    assertTrue(cells.contains("demo-cola") && cells.contains("demo-stsb"), cells);
    assertFalse(cells.contains("demo-lm"), cells);
    out.reset();
    assertEquals(0, run("sweep", "--model", "demo:gpt2", "--dry-run"), err::toString);
    cells = out.toString(StandardCharsets.UTF_8);
    assertTrue(cells.contains("demo-lm") && cells.contains("demo-sst2"), cells);
    assertFalse(cells.contains("demo-cola"), cells);
  }

  @Test
  void aSweepTellsHowMuchPerplexityGrows() {
    Path target = folder.resolve("out");
    int code =
        run(
            "sweep",
            "--model",
            model,
            "--task",
            "lm",
            "--text",
            text,
            "--train-text",
            text,
            "--context",
            "24",
            "--stride",
            "12",
            "--method",
            "svd,fwsvd",
            "--rank",
            "2",
            "--finetune-epochs",
            "0,2",
            "--finetune-lr",
            "1e-2",
            "--seq-len",
            "8",
            "--device",
            "cpu",
            "--out",
            target.toString());
    assertEquals(0, code, err::toString);
    List<RunRow> rows = ResultsCsv.RUNS.read(target.resolve("runs.csv"));
    assertEquals(5, rows.size());
    for (RunRow row : rows) {
      assertEquals("perplexity", row.get(ScoreColumns.METRIC_NAME));
      assertEquals(row.get(ScoreColumns.METRIC), row.get(ScoreColumns.PERPLEXITY));
      assertEquals(
          row.get(ScoreColumns.METRIC) - row.get(ScoreColumns.METRIC_DENSE),
          row.get(ScoreColumns.METRIC_DROP),
          1e-9);
      assertEquals(12, row.get(RunColumns.EXTRA).get("stride"));
    }
    // Trained ones predict the text that they have learnt.
    assertTrue(rows.get(2).get(ScoreColumns.METRIC) < rows.get(1).get(ScoreColumns.METRIC));
  }

  @Test
  void aLanguageModelIsTrained() {
    Path target = folder.resolve("trained");
    int code =
        run(
            "finetune",
            "--model",
            model,
            "--task",
            "lm",
            "--text",
            text,
            "--train-text",
            text,
            "--context",
            "24",
            "--epochs",
            "3",
            "--batch-size",
            "4",
            "--lr",
            "1e-2",
            "--device",
            "cpu",
            "--out",
            target.toString());
    assertEquals(0, code, err::toString);
    double trained = value("metric");
    run("eval", "--model", model, "--task", "lm", "--text", text, "--context", "24");
    assertTrue(trained < 0.9 * value("metric"), trained + " " + value("metric"));
    String there = target.toString();
    run("eval", "--model", there, "--task", "lm", "--text", text, "--context", "24");
    assertEquals(trained, value("metric"), 1e-3 * trained);
  }

  /** What a sweep of factored keys and values gives, with a cache of one kind or the other. */
  private List<RunRow> decodingSweep(String name, String... more) {
    Path target = folder.resolve(name);
    List<String> arguments =
        new ArrayList<>(
            List.of("sweep", "--model", model, "--task", "lm", "--text", text, "--context", "24"));
    arguments.addAll(List.of("--train-text", text, "--method", "asvd", "--rank", "2"));
    arguments.addAll(List.of("--split-qkv", "--layers", "*.k", "--layers", "*.v"));
    arguments.addAll(List.of("--latency", "decode", "--seq-len", "24", "--device", "cpu"));
    arguments.addAll(List.of("--out", target.toString()));
    arguments.addAll(List.of(more));
    assertEquals(0, run(arguments.toArray(new String[0])), err::toString);
    return ResultsCsv.RUNS.read(target.resolve("runs.csv"));
  }

  @Test
  void aLatentCacheTakesLessMemoryForTheSameModel() {
    List<RunRow> whole = decodingSweep("whole");
    List<RunRow> latent = decodingSweep("latent", "--latent-cache");
    assertEquals(2, latent.size());
    RunRow before = whole.get(1);
    RunRow after = latent.get(1);
    assertEquals(before.get(ScoreColumns.METRIC), after.get(ScoreColumns.METRIC), 1e-9);
    assertEquals(before.get(SizeColumns.PARAMS), after.get(SizeColumns.PARAMS));
    assertTrue(
        after.get(TimeColumns.PEAK_MEMORY_BYTES) < before.get(TimeColumns.PEAK_MEMORY_BYTES));
    assertTrue(after.get(RunColumns.METHOD_PARAMS).contains("cache=latent"));
    assertNotEquals(before.get(RunColumns.CELL_ID), after.get(RunColumns.CELL_ID));
  }

  @Test
  void aLatentCacheContinuesATextAlike() {
    String target = folder.resolve("factored").toString();
    int code = run("compress", "--model", model, "--split-qkv", "--rank", "3", "--out", target);
    assertEquals(0, code, err::toString);
    String[] ways = new String[2];
    for (int i = 0; i < 2; i++) {
      List<String> arguments =
          new ArrayList<>(List.of("generate", "--model", target, "--prompt", "a good film"));
      arguments.addAll(List.of("--max-new-tokens", "12", "--beams", "2", "--device", "cpu"));
      if (i == 1) {
        arguments.add("--latent-cache");
      }
      assertEquals(0, run(arguments.toArray(new String[0])), err::toString);
      ways[i] = out.toString(StandardCharsets.UTF_8);
    }
    assertEquals(ways[0], ways[1]);
    assertTrue(ways[0].length() > 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--untie-head", "--from-scratch"})
  void whatWasTrainedIsWhatIsWritten(String way) {
    String target = folder.resolve("written").toString();
    String settings = "--task lm --train-text %s --context 24 --epochs 1 --lr 1e-2 --device cpu";
    List<String> line = new ArrayList<>(List.of("finetune", "--model", model, way));
    line.addAll(List.of(settings.formatted(text).split(" ")));
    line.addAll(List.of("--text", text, "--out", target));
    assertEquals(0, run(line.toArray(String[]::new)), err::toString);
    double trained = value("metric");
    int code =
        run(
            "eval",
            "--model",
            target,
            "--task",
            "lm",
            "--text",
            text,
            "--context",
            "24",
            "--device",
            "cpu");
    assertEquals(0, code, err::toString);
    assertEquals(trained, value("metric"), 1e-4 * trained);
  }

  @Test
  void textsAreContinued() throws IOException {
    Path json = folder.resolve("texts.jsonl");
    int code =
        run(
            "generate",
            "--model",
            model,
            "--prompt",
            "a good",
            "--prompt",
            "the",
            "--beams",
            "3",
            "--max-new-tokens",
            "5",
            "--device",
            "cpu",
            "--out",
            json.toString());
    assertEquals(0, code, err::toString);
    assertEquals(2, stdout().lines().count());
    assertTrue(err.toString(StandardCharsets.UTF_8).contains("tokens/s"));
    assertTrue(Files.readAllLines(json).get(0).startsWith("{\"prompt\":\"a good\",\"text\":"));
    String drawn = generate("--top-k", "5", "--seed", "1");
    assertEquals(drawn, generate("--top-k", "5", "--seed", "1"));
  }

  private String generate(String... more) {
    List<String> all =
        new ArrayList<>(List.of("generate", "--model", model, "--prompt", "a", "--device", "cpu"));
    all.addAll(List.of("--max-new-tokens", "20"));
    all.addAll(List.of(more));
    assertEquals(0, run(all.toArray(String[]::new)), err::toString);
    return stdout();
  }

  @Test
  void modelsMayHaveMoreEmbeddingsThanTheTokenizerHasTokens() throws IOException {
    dropAToken(Path.of(model));
    List<String> lm =
        List.of("eval", "--model", model, "--task", "lm", "--text", text, "--device", "cpu");
    assertEquals(0, run(lm.toArray(String[]::new)), err::toString);
    generate("--temperature", "9", "--seed", "1");
    model = TinyCheckpoint.gpt2(folder.resolve("classifier"), 2).toString();
    Path glue = Files.createDirectories(folder.resolve("glue/SST-2"));
    Files.writeString(glue.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\n");
    List<String> eval =
        List.of("eval", "--model", model, "--task", "sst2", "--glue", glue.getParent().toString());
    assertEquals(0, run(eval.toArray(String[]::new)), err::toString);
    String loss = line("loss");
    dropAToken(Path.of(model));
    assertEquals(0, run(eval.toArray(String[]::new)), err::toString);
    assertEquals(loss, line("loss"));
  }

  /** Takes the last letter away, which no text here has; the end of texts moves to its place. */
  private static void dropAToken(Path directory) throws IOException {
    Path file = directory.resolve("vocab.json");
    String vocabulary = Files.readString(file).replaceFirst("\"y\":(\\d+),(\".*\"):\\d+", "$2:$1");
    Files.writeString(file, vocabulary);
  }

  @Test
  void faultsAreOneLine() throws IOException {
    assertFault("task lm needs a text: give --text FILE", "eval", "--task", "lm");
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    assertFault("empty.txt: is empty", "eval", "--task", "lm", "--text", empty.toString());
    assertFault(
        "--context must be from 1 to the model's limit of 48 tokens, but is 49",
        "eval",
        "--task",
        "lm",
        "--text",
        text,
        "--context",
        "49");
    assertFault(
        "--stride must be from 1 to the context of 8 tokens, but is 9",
        "eval",
        "--task",
        "lm",
        "--text",
        text,
        "--context",
        "8",
        "--stride",
        "9");
    assertFault("wiki.test.raw", "eval", "--task", "wikitext2", "--text", folder.toString());
    assertFault("needs its data", "eval", "--task", "e2e");
    assertFault(
        "--latent-cache needs --split-qkv",
        "sweep",
        "--task",
        "lm",
        "--text",
        text,
        "--keep",
        "0.5",
        "--latent-cache",
        "--out",
        folder.resolve("whole").toString());
    assertFault("what to continue?", "generate");
    assertFault(
        "--beams searches; it does not go with sampling",
        "generate",
        "--prompt",
        "a",
        "--beams",
        "2",
        "--top-k",
        "4");
    assertFault(
        "prompt 1 has 1 tokens; with 50 new ones that is over the model's limit of 48",
        "generate",
        "--prompt",
        "a");
    model = TinyCheckpoint.bert(folder.resolve("bert"), 2).toString();
    assertFault("task lm needs a language model", "eval", "--task", "lm", "--text", text);
  }

  private void assertFault(String fault, String command, String... arguments) {
    List<String> all = new ArrayList<>(List.of(command, "--model", model));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--device", "cpu"));
    assertEquals(2, run(all.toArray(String[]::new)), err::toString);
    String message = err.toString(StandardCharsets.UTF_8);
    String last =
        message.lines().collect(Collectors.toList()).get((int) message.lines().count() - 1);
    assertTrue(last.contains(fault), message);
  }

  private String stdout() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String line(String name) {
    return stdout().lines().filter(line -> line.startsWith(name + "\t")).findFirst().orElseThrow();
  }

  private double value(String name) {
    return Double.parseDouble(line(name).split("\t")[1]);
  }
}
