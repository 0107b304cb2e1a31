package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test splits, which have no labels, and what GLUE's leaderboard takes of them. */
class SubmissionCommandTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path glue;
  private Path submission;

  @BeforeEach
  void makeFolders() throws IOException {
    glue = Files.createDirectories(folder.resolve("glue"));
    submission = folder.resolve("submission");
  }

  private int eval(Path model, String task, String... more) {
    List<String> line = new ArrayList<>(List.of("eval", "--model=" + model, "--task=" + task));
    line.addAll(List.of("--glue=" + glue, "--device=cpu", "--threads=1", "--max-length=16"));
    line.addAll(List.of(more));
    PrintStream before = System.err;
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    System.setErr(stderr);
    try {
      PrintStream stdout = new PrintStream(out, true, StandardCharsets.UTF_8);
      return Main.run(stdout, stderr, line.toArray(String[]::new));
    } finally {
      System.setErr(before);
    }
  }

  private String stderr() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void write(String file, String text) throws IOException {
    Files.createDirectories(glue.resolve(file).getParent());
    Files.writeString(glue.resolve(file), text);
  }

  /** MRPC's test sentences come with labels here; the official file has indices in their place. */
  @Test
  void theTestSplitOfMrpcBecomesASubmission() throws IOException {
    List<String> labelled =
        Files.readAllLines(TestData.require("glue/MRPC/msr_paraphrase_test.txt"));
    StringBuilder test = new StringBuilder("index\t#1 ID\t#2 ID\t#1 String\t#2 String\n");
    for (int i = 1; i < labelled.size(); i++) {
      test.append(i - 1).append(labelled.get(i).substring(1)).append('\n');
    }
    write("MRPC/test.tsv", test.toString());
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    assertEquals(0, eval(model, "mrpc", "--split=test", "--submission=" + submission), stderr());
    List<String> lines = Files.readAllLines(submission.resolve("MRPC.tsv"));
    assertEquals("index\tprediction", lines.get(0));
    assertEquals(1 + 1725, lines.size());
    for (int i = 0; i < 1725; i++) {
      assertTrue(lines.get(i + 1).matches(i + "\t[01]"), lines.get(i + 1));
    }
    assertFalse(stderr().contains("official"), stderr());
  }

  @Test
  void theFileHasWhatThePredictionsSay() throws IOException {
    write(
        "RTE/test.tsv", "index\tsentence1\tsentence2\n0\ta good film .\tgood\n1\tbad\tthe plot\n");
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path predictions = folder.resolve("p.tsv");
    String[] options = {
      "--split=test", "--submission=" + submission, "--predictions=" + predictions
    };
    assertEquals(0, eval(model, "rte", options), stderr());
    List<String> said =
        Files.readAllLines(predictions).stream()
            .map(line -> line.replaceFirst("^([^\t]*\t[^\t]*).*", "$1"))
            .toList();
    assertEquals(said, Files.readAllLines(submission.resolve("RTE.tsv")));
    assertEquals("", out.toString(StandardCharsets.UTF_8), "nothing is scored");
    assertTrue(stderr().contains("RTE/test.tsv has 2 examples, but the official file has 3000"));
  }

  @Test
  void anySplitWithLabelsIsScored() throws IOException {
    String rows = "sentence\tlabel\na good film .\t1\nbad\t0\n";
    write("SST-2/train.tsv", rows);
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    assertEquals(0, eval(model, "sst2", "--split=train"), stderr());
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("split\ttrain\nexamples\t2\n"));
  }

  /** LABEL_0 may be any of three; without labelled examples nothing tells which. */
  @Test
  void outputsOfUnknownMeaningAreNotSubmitted() throws IOException {
    write("diagnostic/diagnostic.tsv", "index\tsentence1\tsentence2\n0\ta film .\tgood\n");
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 3);
    assertEquals(2, eval(model, "ax", "--submission=" + submission));
    assertTrue(stderr().contains("'id2label' does not say which of"), stderr());
    assertFalse(Files.exists(submission));
    assertEquals(0, eval(model, "ax", "--predictions=" + folder.resolve("p.tsv")), stderr());
  }

  @Test
  void wrongCallsAreOneLine() throws IOException {
    write("RTE/test.tsv", "index\tsentence1\tsentence2\n0\ta\tb\n1\tbad\tthe plot\n");
    write("RTE/dev.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n");
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    String submit = "--submission=" + submission;
    assertFault("give --split test", model, "rte", submit);
    assertFault("leave out --limit", model, "rte", submit, "--split=test", "--limit=1");
    assertFault("did you mean 'test'", model, "rte", "--split=tests");
    assertFault("give --predictions FILE or --submission DIR", model, "rte", "--split=test");
    assertFault("demo-rte is no task of GLUE", model, "demo-rte", submit);
    assertFault("--split is for tasks of GLUE", model, "lm", "--split=test");
    Files.writeString(submission, "a file");
    assertFault("is not a directory", model, "rte", submit, "--split=test");
    assertEquals("a file", Files.readString(submission));
  }

  private void assertFault(String part, Path model, String task, String... more) {
    err.reset();
    assertEquals(2, eval(model, task, more), stderr());
    assertTrue(stderr().contains(part), stderr());
    assertEquals(1, stderr().lines().count(), stderr());
    assertFalse(Files.isDirectory(submission));
  }
}
