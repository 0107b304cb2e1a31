package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code eval} of a directory that {@code compress} wrote gives the number of the sweep's cell. */
class CompressedEvalTest {
  private static final String[] WORDS = {"a", "good", "bad", "film", "not", "very", "plot", "the"};

  @TempDir private Path folder;

  @Test
  void evalOfAnEncoderGivesTheSweepsNumber() throws IOException {
    String[] task = similarity();
    List<String> methods = List.of("drone:bias=compensate", "drone:attention=joint", "svd-head");
    String[] more = {};
    double[] expected = sweep(methods, task, more);
    for (int i = 0; i < methods.size(); i++) {
      assertEquals(expected[i], evalCompressed(methods.get(i), task, more), 2e-6);
      if (i < 2) {
        assertEquals(expected[i], evalCompressed(methods.get(i), task, more, "--dense"), 2e-6);
      }
    }
  }

  @Test
  void evalOfALanguageModelGivesTheSweepsNumber() throws IOException {
    String[] task = text();
    String[] more = {"--split-qkv", "--untie-head", "--layers", "*.0.*", "--layers", "lm_head"};
    double[] expected = sweep(List.of("svd", "lord"), task, more);
    assertEquals(expected[0], evalCompressed("svd", task, more), 5e-5);
    assertEquals(expected[0], evalCompressed("svd", task, more, "--dense"), 5e-5);
    // Whose head has a bias, of which programs that know no factors know nothing.
    assertEquals(expected[1], evalCompressed("lord", task, more), 5e-5);
    String[] compress = {"compress", "--dense", "--out", folder.resolve("lord").toString()};
    assertTrue(refusal(compress, made("lord"), more, task).contains("leave out --dense"));
    assertFalse(Files.exists(folder.resolve("lord")));
  }

  /** The metric of each method's cell, after that of the dense model. */
  private double[] sweep(List<String> methods, String[] task, String[] more) {
    Path swept = folder.resolve("swept");
    String[] sweep = {"sweep", "--seq-len", "4", "--out", swept.toString()};
    run(sweep, made(String.join(",", methods)), more, task);
    List<RunRow> rows = ResultsCsv.RUNS.read(swept.resolve("runs.csv"));
    assertEquals(1 + methods.size(), rows.size());
    return rows.stream().skip(1).mapToDouble(row -> row.get(ScoreColumns.METRIC)).toArray();
  }

  private double evalCompressed(String method, String[] task, String[] more, String... form) {
    String target = folder.resolve("compressed").toString();
    run(new String[] {"compress", "--overwrite", "--out", target}, made(method), more, task, form);
    return run(new String[] {"eval", "--model", target, "--batch-size", "7"}, task)
        .lines()
        .filter(line -> line.startsWith("metric\t"))
        .mapToDouble(line -> Double.parseDouble(line.substring(7)))
        .findFirst()
        .orElseThrow();
  }

  private String[] made(String methods) {
    String model = folder.resolve("model").toString();
    return new String[] {"--model", model, "--method", methods, "--keep", "0.4"};
  }

  /** Writes an encoder with pairs of sentences, and gives the options of the task. */
  private String[] similarity() throws IOException {
    TinyCheckpoint.bert(folder.resolve("model"), 1);
    Path data = Files.createDirectories(folder.resolve("glue/STS-B"));
    SplittableRandom random = new SplittableRandom(4);
    for (String name : List.of("train.tsv", "dev.tsv")) {
      StringBuilder rows = new StringBuilder();
      rows.append("index\tgenre\tfilename\tyear\told_index\tsource1\tsource2");
      rows.append("\tsentence1\tsentence2\tscore\n");
      for (int i = 0; i < 30; i++) {
        rows.append(i).append("\tmain\tf\t2012\t1\tn\tn\t").append(sentence(random)).append('\t');
        rows.append(sentence(random)).append('\t').append(random.nextInt(6)).append('\n');
      }
      Files.writeString(data.resolve(name), rows);
    }
    return new String[] {"--task", "stsb", "--glue", data.getParent().toString()};
  }

  /** Writes a language model with a text, and gives the options of the task. */
  private String[] text() throws IOException {
    TinyCheckpoint.gpt2(folder.resolve("model"), 0);
    SplittableRandom random = new SplittableRandom(4);
    String[] options = {"--task", "lm", "--text", "test.txt", "--train-text", "train.txt"};
    for (int i : new int[] {3, 5}) {
      Path file = folder.resolve(options[i]);
      String text =
          Stream.generate(() -> sentence(random)).limit(40).collect(Collectors.joining(" . "));
      Files.writeString(file, text);
      options[i] = file.toString();
    }
    return options;
  }

  private static String sentence(SplittableRandom random) {
    return Stream.generate(() -> WORDS[random.nextInt(WORDS.length)])
        .limit(random.nextInt(1, 9))
        .collect(Collectors.joining(" "));
  }

  private static String run(String[]... parts) {
    StringBuilder errors = new StringBuilder();
    StringBuilder out = new StringBuilder();
    assertEquals(0, run(out, errors, parts), errors::toString);
    return out.toString();
  }

  private static String refusal(String[]... parts) {
    StringBuilder errors = new StringBuilder();
    assertEquals(2, run(new StringBuilder(), errors, parts), errors::toString);
    return errors.toString();
  }

  private static int run(StringBuilder stdout, StringBuilder errors, String[]... parts) {
    String[] arguments = Arrays.stream(parts).flatMap(Stream::of).toArray(String[]::new);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    System.setErr(stderr);
    try {
      return Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), stderr, arguments);
    } finally {
      System.setErr(before);
      stdout.append(out.toString(StandardCharsets.UTF_8));
      errors.append(err.toString(StandardCharsets.UTF_8));
    }
  }
}
