package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.checkpoint.Checkpoint;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands as a user calls them: exit codes, what goes to stdout, and one line for every fault.
 */
class CommandsTest {
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
    Files.writeString(
        glue.resolve("SST-2/dev.tsv"),
        "sentence\tlabel\na good film .\t1\na bad plot \t0\nvery good\t1\n");
  }

  @Test
  void evalPrintsValuesAndWritesPredictions() throws IOException {
    Path predictions = folder.resolve("p.tsv");
    assertEquals(
        0,
        run("eval", "--model", "MODEL", "--task", "sst2", "--predictions", predictions.toString()));
    assertTrue(
        stdout().contains("examples\t3\n") && stdout().contains("metric_name\taccuracy\n"),
        stdout());
    List<String> lines = Files.readAllLines(predictions);
    assertEquals("index\tprediction\tlogit_0\tlogit_1", lines.get(0));
    assertEquals(4, lines.size());
  }

  @Test
  void aCompressedModelEvaluatesAsItsMultipliedOutMatricesDo() throws IOException {
    assertEquals(
        0,
        run(
            "compress",
            "--model",
            "MODEL",
            "--rank",
            "3",
            "--out",
            folder.resolve("factors").toString()));
    assertEquals(
        0,
        run(
            "compress",
            "--model",
            "MODEL",
            "--rank",
            "3",
            "--dense",
            "--out",
            folder.resolve("dense").toString()));
    double[][] factors = logits(folder.resolve("factors"));
    double[][] dense = logits(folder.resolve("dense"));
    double[][] original = logits(model);
    for (int i = 0; i < factors.length; i++) {
      for (int j = 0; j < factors[i].length; j++) {
        assertEquals(dense[i][j], factors[i][j], 1e-5);
      }
    }
    assertFalse(Arrays.deepEquals(original, dense));
  }

  @Test
  void factorsOfTheSourceAreMultipliedOutToo() throws IOException {
    Path model = TinyCheckpoint.bert(folder.resolve("bert"), 2);
    String[] compress = {"compress", "--device", "cpu", "--model"};
    Path factors = folder.resolve("bert-factors");
    assertEquals(0, run(with(compress, model, "--rank", "3", "--out", factors)));
    Path dense = folder.resolve("bert-dense");
    assertEquals(
        0,
        run(
            with(
                compress,
                factors,
                "--rank",
                "2",
                "--layers",
                "*query",
                "--dense",
                "--out",
                dense)));
    try (Checkpoint checkpoint = Checkpoint.open(dense);
        Checkpoint whole = Checkpoint.open(model)) {
      assertEquals(whole.names(), checkpoint.names());
    }
  }

  private static String[] with(String[] first, Object... rest) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(rest).map(Object::toString))
        .toArray(String[]::new);
  }

  @Test
  void aDistilbertIsCompressedToo() throws IOException {
    Path distil = TinyCheckpoint.distilbert(folder.resolve("distil"), 2);
    Path target = folder.resolve("distil-factors");
    assertEquals(
        0,
        run("compress", "--model", distil.toString(), "--rank", "3", "--out", target.toString()));
    assertTrue(stdout().startsWith("12 of 12 matrices replaced"), stdout());
    logits(target);
  }

  private double[][] logits(Path directory) throws IOException {
    Path predictions = folder.resolve("p-" + directory.getFileName() + ".tsv");
    assertEquals(
        0,
        run(
            "eval",
            "--model",
            directory.toString(),
            "--task",
            "sst2",
            "--predictions",
            predictions.toString()),
        stderr());
    return Files.readAllLines(predictions).stream()
        .skip(1)
        .map(
            line ->
                Arrays.stream(line.split("\t")).skip(2).mapToDouble(Double::parseDouble).toArray())
        .toArray(double[][]::new);
  }

  @Test
  void sweepWritesATableAndTheFiles() {
    Path target = folder.resolve("out");
    assertEquals(
        0,
        run(
            "sweep",
            "--model",
            "MODEL",
            "--task",
            "sst2",
            "--keep",
            "0.5",
            "--out",
            target.toString()),
        stderr());
    assertTrue(stdout().contains("svd keep 0.5"), stdout());
    assertTrue(
        Files.exists(target.resolve("runs.csv")) && Files.exists(target.resolve("layers.csv")));
  }

  @Test
  void dryRunListsCellsAndWritesNothing() {
    Path target = folder.resolve("out");
    assertEquals(
        0,
        run(
            "sweep",
            "--model",
            "MODEL",
            "--task",
            "sst2",
            "--keep",
            "0.5,0.3",
            "--rank",
            "2",
            "--out",
            target.toString(),
            "--dry-run"));
    assertEquals(4, stdout().lines().count(), stdout());
    assertFalse(Files.exists(target));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--keep 0 | --keep",
        "--keep 1.5 | --keep",
        "--keep NaN | --keep",
        "--keep x | --keep",
        "--rank 0 | --rank",
        "--rank -3 | --rank",
        "--energy 2 | --energy",
        "--energy-of weights | give --energy",
        "--task sst3 | did you mean 'sst2'",
        "--method swd | did you mean 'svd'",
        "--limit 0 | --limit",
        "--calibration 0 | --calibration",
        "--finetune-epochs -1 | --finetune-epochs",
        "--finetune-epochs 1 | train.tsv",
        "--method fwsvd | train.tsv",
        "--batch-size 0 | --batch-size",
        "--seq-len 999 | --seq-len 999",
        "--threads -1 | --threads",
        "--device tpu | tpu",
        "--dtype fp16 | fp16",
        "--layers nothing | 'nothing'",
        "--model ./absent | ./absent",
        "--glue ./absent | SST-2",
        "--ranks 3 | --rank",
        "--out /proc/nothing/here | /proc"
      })
  void wrongArgumentsAreOneLineAndExitCodeTwo(String arguments, String named) {
    Path target = folder.resolve("out");
    String[] first = {"sweep", "--model", "MODEL", "--task", "sst2", "--out", target.toString()};
    String[] overriding = arguments.strip().split(" ");
    String[] all = Arrays.copyOf(first, first.length + 2);
    int at = Arrays.asList(first).indexOf(overriding[0]);
    if (at >= 0) {
      all = first.clone();
      all[at + 1] = overriding[1];
    } else {
      all[first.length] = overriding[0];
      all[first.length + 1] = overriding[1];
    }
    assertFault(run(all), named.strip());
    assertFalse(Files.exists(target));
  }

  @ParameterizedTest
  @CsvSource({
    "--finetune-lr, 0",
    "--finetune-lr, NaN",
    "--distill, 2",
    "--distill-hidden, -1",
    "--distill-attention, NaN",
    "--distill-scores, Infinity"
  })
  void wrongTrainingIsRefusedBeforeItBegins(String option, String value) {
    Path target = folder.resolve("out");
    String[] arguments = {
      "sweep",
      "--model",
      "MODEL",
      "--task",
      "sst2",
      "--finetune-epochs",
      "1",
      option,
      value,
      "--out",
      target.toString()
    };
    assertFault(run(arguments), option);
    assertFalse(Files.exists(target));
  }

  @ParameterizedTest
  @CsvSource({
    "--finetune-lr,0.5",
    "--finetune-lr,'2e-5,3e-5'",
    "--finetune-select,held-out",
    "--distill,0.5",
    "--distill-hidden,0.5",
    "--distill-attention,0.5",
    "--distill-scores,0.5"
  })
  void whatIsOfATrainingIsRefusedWithoutOne(String option, String value) {
    Path target = folder.resolve("out");
    String[] arguments = {
      "sweep", "--model", "MODEL", "--task", "sst2", option, value, "--out", target.toString()
    };
    assertFault(run(arguments), option + " is of the training after compression");
    String[] none = Arrays.copyOf(arguments, arguments.length + 2);
    none[arguments.length] = "--finetune-epochs";
    none[arguments.length + 1] = "0";
    assertFault(run(none), option + " is of the training after compression");
    assertFalse(Files.exists(target));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "svd | norm | own, weights, outputs",
        "svd-head | weights | svd-head has no --energy-of weights",
        "laser | outputs | laser has no --energy-of outputs",
        "drone:attention=joint | weights | joint-attention has no --energy-of weights",
        "svd | outputs | train.tsv"
      })
  void sharesOfWhatAMethodOrATaskDoesNotKnowAreRefused(String method, String of, String named) {
    Path target = folder.resolve("out");
    String[] options = {
      "--model", "MODEL", "--task", "sst2", "--method", method, "--energy", "0.5", "--energy-of", of
    };
    // What a task has is known once the model is open, of which compress tells.
    for (String command : List.of("sweep", named.contains("train") ? "sweep" : "compress")) {
      List<String> arguments = new ArrayList<>(List.of(command));
      arguments.addAll(List.of(options));
      arguments.addAll(List.of("--out", target.toString()));
      assertFault(run(arguments.toArray(String[]::new)), named.strip());
      assertFalse(Files.exists(target));
    }
  }

  @Test
  void calibrationOnNoExamplesIsRefused() {
    Path target = folder.resolve("small");
    assertFault(
        run(
            "compress",
            "--model",
            "MODEL",
            "--keep",
            "0.5",
            "--calibration",
            "0",
            "--out",
            target.toString()),
        "--calibration");
    assertFalse(Files.exists(target));
  }

  @Test
  void aHeadForNoOtherProgramIsRefusedBeforeItIsSolved() {
    Path target = folder.resolve("head");
    assertFault(
        run(
            "compress",
            "--model",
            "MODEL",
            "--method",
            "svd-head",
            "--keep",
            "0.5",
            "--dense",
            "--out",
            target.toString()),
        "--dense");
    assertFalse(Files.exists(target));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.safetensors", "config.json", "vocab.txt"})
  void missingAndEmptyAndTruncatedFilesAreOneLineAndExitCodeTwo(String name) throws IOException {
    Path file = model.resolve(name);
    byte[] content = Files.readAllBytes(file);
    Files.write(file, new byte[0]);
    assertFault(run("eval", "--model", "MODEL", "--task", "sst2"), name);
    Files.write(file, Arrays.copyOf(content, content.length / 3));
    if (!name.equals("vocab.txt")) {
      assertFault(run("eval", "--model", "MODEL", "--task", "sst2"), name);
    }
    Files.delete(file);
    assertFault(run("eval", "--model", "MODEL", "--task", "sst2"), model.toString());
  }

  @Test
  void aBadRowIsNamedByFileAndLine() throws IOException {
    Files.writeString(glue.resolve("SST-2/dev.tsv"), "sentence\tlabel\nfine\t1\nbroken\n");
    assertFault(run("eval", "--model", "MODEL", "--task", "sst2"), "dev.tsv");
    assertTrue(stderr().contains("3"), stderr());
  }

  @Test
  void aHeadOfAnotherTaskIsAnInputError() throws IOException {
    Path three = TinyCheckpoint.bert(folder.resolve("three"), 3);
    assertFault(run("eval", "--model", three.toString(), "--task", "sst2"), "3 outputs");
  }

  private void assertFault(int exitCode, String named) {
    assertEquals(2, exitCode, stderr());
    List<String> faults = stderr().lines().toList();
    assertEquals(1, faults.size(), stderr());
    assertTrue(faults.get(0).contains(named), () -> "'" + named + "' is not named in: " + stderr());
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    String[] resolved = arguments.clone();
    for (int i = 0; i < resolved.length; i++) {
      if (resolved[i].equals("MODEL")) {
        resolved[i] = model.toString();
      }
    }
    boolean hasGlue = Arrays.asList(resolved).contains("--glue") || resolved[0].equals("compress");
    if (!hasGlue) {
      resolved = Arrays.copyOf(resolved, resolved.length + 2);
      resolved[resolved.length - 2] = "--glue";
      resolved[resolved.length - 1] = glue.toString();
    }
    PrintStream before = System.err;
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    System.setErr(stderr);
    try {
      return Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), stderr, resolved);
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
