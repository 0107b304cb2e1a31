package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code finetune --gradients} as a user calls it. */
class GradientOptionsTest {
  private static final String HEADER =
      "step,epoch,loss,learning_rate,metric,held_out_loss,seconds,"
          + "payload_bytes,sent_bytes,gradient_cosine,gradient_relative_error,compression_seconds,"
          + "modelled_seconds_1.25GBps_50us,modelled_seconds_12.5GBps_5us";

  private static final int COSINE = 9;
  private static final int SENT = 8;

  @TempDir private Path folder;
  private Path model;
  private Path glue;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void writeModelAndData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    glue = folder.resolve("glue");
    Path data = Files.createDirectories(glue.resolve("SST-2"));
    String rows = "a good film\t1\nbad plot\t0\nvery good\t1\nnot good\t0\nthe film .\t1\n";
    Files.writeString(data.resolve("train.tsv"), "sentence\tlabel\n" + rows.repeat(4));
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\n" + rows);
  }

  private int finetune(Path target, String... more) {
    return finetune("sst2", target, more);
  }

  private int finetune(String task, Path target, String... more) {
    List<String> all = new ArrayList<>(List.of("finetune", "--model", model.toString()));
    all.addAll(List.of("--task", task, "--epochs", "2", "--batch-size", "8", "--lr", "1e-2"));
    all.addAll(List.of("--threads", "1", "--device", "cpu", "--out", target.toString()));
    if (task.equals("sst2")) {
      all.addAll(List.of("--glue", glue.toString()));
    }
    all.addAll(List.of(more));
    err.reset();
    PrintStream before = System.err;
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try {
      return Main.run(
          new PrintStream(folder.resolve("out.txt").toFile()),
          System.err,
          all.toArray(String[]::new));
    } catch (IOException e) {
      throw new AssertionError(e);
    } finally {
      System.setErr(before);
    }
  }

  /** The cells of the log's rows. */
  private static List<String[]> log(Path out) throws IOException {
    return Files.readAllLines(out.resolve("training.csv")).stream()
        .map(line -> line.split(",", -1))
        .toList();
  }

  @Test
  void theLogTellsOfEveryExchange() throws IOException {
    Path out = folder.resolve("out");
    assertEquals(
        0, finetune(out, "--gradients", "powersgd:rank=1:threshold=1", "--workers", "4"), err());
    List<String[]> log = log(out);
    assertEquals(HEADER, String.join(",", log.get(0)));
    // 20 examples in batches of 8, and a row for each of two epochs.
    assertEquals(1 + 2 * 4, log.size());
    long payload = Long.parseLong(log.get(1)[7]);
    for (int i = 1; i < log.size(); i++) {
      String[] row = log.get(i);
      assertEquals(14, row.length);
      if (i % 4 == 0) {
        assertEquals("", String.join("", Arrays.copyOfRange(row, 7, 14)));
        continue;
      }
      assertEquals(payload, Long.parseLong(row[7]));
      assertEquals(1.5 * payload, Double.parseDouble(row[SENT]), 1);
      double cosine = Double.parseDouble(row[COSINE]);
      assertTrue(cosine > 0.3 && cosine < 0.9999, "cosine " + cosine);
      assertTrue(Double.parseDouble(row[12]) > Double.parseDouble(row[13]));
    }
    var block = JsonFile.read(out.resolve("config.json")).get("lrfbench");
    assertEquals("powersgd:rank=1:threshold=1", block.get("gradients").asText());
    assertEquals(4, block.get("workers").asInt());
  }

  @Test
  void withoutTheOptionNothingIsDifferent() throws IOException {
    Path plain = folder.resolve("plain");
    Path one = folder.resolve("one");
    assertEquals(0, finetune(plain), err());
    assertEquals(0, finetune(one, "--gradients", "none", "--workers", "1", "--link", "10"), err());
    assertEquals("step,epoch,loss,learning_rate,metric,held_out_loss,seconds", header(plain));
    assertTrue(header(one).endsWith(",compression_seconds,modelled_seconds_10GBps_0us"));
    assertFalse(JsonFile.read(plain.resolve("config.json")).get("lrfbench").has("gradients"));
    List<String[]> expected = log(plain);
    List<String[]> actual = log(one);
    for (int i = 1; i < expected.size(); i++) {
      double loss = Double.parseDouble(expected.get(i)[2]);
      assertEquals(loss, Double.parseDouble(actual.get(i)[2]), 1e-5);
    }
    assertEquals("0", actual.get(1)[SENT]);
    assertEquals(1, Double.parseDouble(actual.get(1)[COSINE]), 1e-6);
  }

  private static String header(Path out) throws IOException {
    return String.join(",", log(out).get(0));
  }

  /** Factors and adapters are matrices like others. */
  @ParameterizedTest
  @CsvSource({
    "powersgd:rank=1:threshold=0.5, --keep, 0.5",
    "gradiveq:ratio=2:training=1:compressing=2:slice=4, --keep, 0.5",
    "powersgd:rank=1:threshold=0.5:residual=local, --lora-r, 2",
    "powersgd:rank=1:threshold=1:warm-start=false, --select, last"
  })
  void whateverIsTrainedIsExchanged(String how, String option, String value) throws IOException {
    Path out = folder.resolve("out");
    assertEquals(
        0,
        finetune(out, "--gradients", how, "--workers", "3", option, value, "--seed", "1"),
        err());
    Path whole = folder.resolve("whole");
    String[] plain = {"--gradients", "none", "--workers", "3", option, value, "--seed", "1"};
    assertEquals(0, finetune(whole, plain), err());
    List<String[]> compressed = log(out);
    List<String[]> all = log(whole);
    double sent = 0;
    double sentWhole = 0;
    for (int i = 1; i < all.size(); i++) {
      if (!all.get(i)[SENT].isEmpty()) {
        sent += Double.parseDouble(compressed.get(i)[SENT]);
        sentWhole += Double.parseDouble(all.get(i)[SENT]);
        double loss = Double.parseDouble(all.get(i)[2]);
        assertEquals(loss, Double.parseDouble(compressed.get(i)[2]), 0.25);
      }
    }
    assertTrue(sent < 0.9 * sentWhole, sent + " of " + sentWhole);
  }

  @Test
  void aLanguageModelsGradientsAreExchanged() throws IOException {
    model = TinyCheckpoint.gpt2(folder.resolve("gpt2"), 0);
    Path text = folder.resolve("text.txt");
    Files.writeString(text, "a plot. the film. a very good film. not a bad plot. ".repeat(20));
    Path out = folder.resolve("lm");
    String[] options = {
      "--text", text.toString(), "--train-text", text.toString(), "--context", "24"
    };
    String[] all = Arrays.copyOf(options, options.length + 4);
    all[options.length] = "--gradients";
    all[options.length + 1] = "powersgd:rank=2:threshold=1";
    all[options.length + 2] = "--workers";
    all[options.length + 3] = "3";
    assertEquals(0, finetune("lm", out, all), err());
    List<String[]> log = log(out);
    double first = Double.parseDouble(log.get(1)[2]);
    double last = Double.parseDouble(log.get(log.size() - 1)[2]);
    assertTrue(last < first, first + " to " + last);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "--workers 2, need --gradients",
    "--link 1, need --gradients",
    "--gradients topk, gradient exchanges:",
    "--gradients powersgd:rang=2, has no option 'rang'",
    "--gradients powersgd:rank=0, rank must be 1..4096",
    "--gradients gradiveq:energy=2, energy must be 0..1",
    "--gradients none:rank=2, it has none",
    "--gradients powersgd --workers 0, --workers must be at least 1",
    "--gradients powersgd --workers 9, --batch-size 8",
    "--gradients powersgd --link 1:x, --link must be",
    "--gradients powersgd --link 1:5 --link 1:5, twice",
    "--gradients powersgd --prehab lambda=1, --prehab",
  })
  void whatDoesNotWorkIsOneLine(String options, String told) {
    Path out = folder.resolve("out");
    assertEquals(2, finetune(out, options.split(" ")), err());
    List<String> lines = err().lines().filter(line -> line.startsWith("lrfbench: ")).toList();
    assertEquals(1, lines.size(), err());
    assertTrue(lines.get(0).contains(told), lines.get(0));
    assertFalse(Files.exists(out));
  }
}
