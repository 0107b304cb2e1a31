package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.CsvAppender;
import io.github.lrfbench.harness.result.KernelColumns;
import io.github.lrfbench.harness.result.KernelRow;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.kernels.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports of whole, cut off and damaged files. */
class ReportCommandTest {
  @TempDir private Path folder;

  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path runs;
  private byte[] whole;

  @BeforeEach
  void writeRows() throws IOException {
    try (ResultsWriter writer = ResultsWriter.open(folder)) {
      for (String method : List.of("first", "second", "third")) {
        RunRow row =
            RunRow.builder()
                .set(RunColumns.RUN_ID, "r")
                .set(RunColumns.CELL_ID, method)
                .set(RunColumns.STATUS, RunRow.OK)
                .set(RunColumns.MODEL, "a model, with a comma")
                .set(RunColumns.METHOD, method)
                .build();
        writer.append(row, List.of());
      }
    }
    runs = folder.resolve("runs.csv");
    whole = Files.readAllBytes(runs);
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(standardError);
  }

  private int report(String... options) {
    out.reset();
    err.reset();
    String[] arguments = new String[options.length + 1];
    arguments[0] = "report";
    System.arraycopy(options, 0, arguments, 1, options.length);
    PrintStream stdout = new PrintStream(out, true, StandardCharsets.UTF_8);
    return Main.run(stdout, System.err, arguments);
  }

  private String stdout() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String stderr() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void cutTo(int length) throws IOException {
    Files.write(runs, Arrays.copyOf(whole, length));
  }

  @Test
  void aWholeFileIsShownSilently() {
    assertEquals(0, report(runs.toString()), stderr());
    assertTrue(stdout().contains("third"), stdout());
    assertEquals("", stderr());
  }

  @Test
  void aLastRowThatWasCutOffIsToldAndTheOthersAreShown() throws IOException {
    cutTo(whole.length - 3);
    assertEquals(0, report(runs.toString()), stderr());
    assertTrue(stdout().contains("second") && !stdout().contains("third"), stdout());
    assertEquals(runs + ": the last row is cut off and left out\n", stderr());
  }

  @Test
  void aFileCutAnywhereIsShownOrRefusedButNeverPassedOver() throws IOException {
    for (int length = 0; length < whole.length; length += 61) {
      cutTo(length);
      int code = report(runs.toString());
      assertEquals(stdout().isEmpty() ? 2 : 0, code, "cut at " + length + ": " + stderr());
      assertTrue(!stderr().isEmpty() || code == 0, "cut at " + length);
      for (String[] other :
          new String[][] {
            {"--compare", runs.toString(), runs.toString()},
            {runs.toString(), "--html", folder.resolve("page.html").toString()}
          }) {
        assertEquals(code, report(other), "cut at " + length + ": " + stderr());
      }
    }
  }

  @Test
  void rowsBehindALostQuoteAreNotDropped() throws IOException {
    String text = new String(whole, StandardCharsets.UTF_8);
    int quote = text.indexOf("comma\"") + 5;
    String damaged = text.substring(0, quote) + text.substring(quote + 1);
    // Another quote follows, so that rows go on within quotes; the last has none to close it.
    Files.writeString(runs, damaged);
    assertEquals(2, report(runs.toString()), stdout());
    assertEquals(1, stderr().lines().count(), stderr());
    InputException e = assertThrows(InputException.class, () -> ResultsWriter.open(folder).close());
    assertTrue(e.getMessage().contains("runs.csv: line "), e.getMessage());
    assertEquals(damaged, Files.readString(runs), "nothing is cut off");
  }

  @Test
  void aDamagedRowIsNamed() throws IOException {
    Files.writeString(runs, new String(whole, StandardCharsets.UTF_8) + "1,r\r\n");
    assertEquals(2, report(runs.toString()), stdout());
    assertTrue(stderr().contains("line 5: 2 cells"), stderr());
    assertEquals("", stdout());
  }

  @Test
  void kernelsAreReportedByThemselves() throws IOException {
    Path kernels = folder.resolve("kernels.csv");
    KernelRow row =
        KernelRow.builder()
            .set(KernelColumns.KIND, KernelRow.SVD)
            .set(KernelColumns.DEVICE, "cpu")
            .set(KernelColumns.ROWS, 12)
            .set(KernelColumns.COLS, 8)
            .set(KernelColumns.RANK, 2)
            .set(KernelColumns.SVD_ALGORITHM, "gram")
            .set(KernelColumns.MS_PER_MATRIX, 1.53)
            .build();
    try (CsvAppender table = CsvAppender.open(kernels, KernelColumns.TABLE.header())) {
      table.append(row.print());
    }
    assertEquals(0, report(kernels.toString()), stderr());
    assertTrue(stdout().contains("12x8      2  1.53 ms"), stdout());
    Path page = folder.resolve("page.html");
    assertEquals(0, report(kernels.toString(), "--html", page.toString()), stderr());
    assertTrue(Files.readString(page).contains("1.53 ms"));
    for (String[] wrong :
        new String[][] {
          {kernels.toString(), runs.toString()},
          {"--compare", kernels.toString(), kernels.toString()}
        }) {
      assertEquals(2, report(wrong), stdout());
      assertTrue(stderr().contains("is reported by itself"), stderr());
      assertEquals(1, stderr().lines().count(), stderr());
    }
    for (String[] idle :
        new String[][] {{"--tables", "wins"}, {"--where", "task=rte"}, {"--format", "md"}}) {
      assertEquals(2, report(kernels.toString(), idle[0], idle[1]), stdout());
      assertTrue(stderr().contains("no option of tables goes with what"), stderr());
      assertEquals(1, stderr().lines().count(), stderr());
    }
    String text = Files.readString(kernels);
    Files.writeString(kernels, text.replace(",gram,", ",,"));
    assertEquals(2, report(kernels.toString()), stdout());
    assertTrue(stderr().contains("svd_algorithm is empty"), stderr());
    assertEquals(1, stderr().lines().count(), stderr());
    Files.writeString(kernels, text + "2,svd,cpu");
    assertEquals(0, report(kernels.toString()), stderr());
    assertTrue(stderr().contains("kernels.csv: the last row is cut off"), stderr());
    Files.writeString(
        kernels, KernelColumns.TABLE.header().stream().collect(Collectors.joining(",")));
    assertEquals(2, report(kernels.toString()), stdout());
    assertTrue(stderr().contains("there is no whole row to report"), stderr());
  }

  private Path writeScores() throws IOException {
    Path scores = Files.createDirectory(folder.resolve("scores"));
    try (ResultsWriter writer = ResultsWriter.open(scores)) {
      for (String method : List.of("svd", "drone")) {
        RunRow row =
            RunRow.builder()
                .set(RunColumns.RUN_ID, "r")
                .set(RunColumns.CELL_ID, method)
                .set(RunColumns.STATUS, RunRow.OK)
                .set(RunColumns.TASK, "rte")
                .set(RunColumns.METHOD, method)
                .set(RunColumns.LABEL, method)
                .set(ScoreColumns.METRIC_NAME, "mcc")
                .set(ScoreColumns.METRIC, method.equals("svd") ? 0.5 : 0.75)
                .set(ScoreColumns.METRIC_STDERR, 0.01)
                .build();
        writer.append(row, List.of());
      }
    }
    return scores.resolve("runs.csv");
  }

  @Test
  void theTableOfCellsIsFollowedByWhoWins() throws IOException {
    assertEquals(0, report(writeScores().toString()), stderr());
    assertTrue(stdout().contains("mcc 0.5000"), stdout());
    assertTrue(stdout().contains("\n\nWho wins where (mcc)\n"), stdout());
    assertTrue(stdout().contains("drone*"), stdout());
  }

  @Test
  void csvIsOneTable() throws IOException {
    String file = writeScores().toString();
    assertEquals(0, report(file, "--format", "csv"), stderr());
    assertEquals(
        "task,dense,budget,best,metric,±,of model,as good", stdout().lines().findFirst().get());
    assertEquals(2, stdout().lines().count(), stdout());
    assertEquals(2, report(file, "--format", "csv", "--tables", "wins,tests"));
    assertEquals("", stdout());
  }

  @Test
  void rowsAreChosenForTablesAndPage() throws IOException {
    String file = writeScores().toString();
    assertEquals(0, report(file, "--where", "method=svd"), stderr());
    assertTrue(!stdout().contains("drone") && stdout().contains("svd"), stdout());
    assertEquals(0, report(file, "--where", "method=svd", "--format", "html"), stderr());
    assertTrue(stdout().startsWith("<!DOCTYPE html>") && !stdout().contains("drone"), stdout());
  }

  @Test
  void optionsThatWouldDoNothingAreRefused() throws IOException {
    String file = writeScores().toString();
    assertEquals(2, report("--compare", file, file, "--tables", "wins"));
    assertTrue(stderr().contains("only --where goes with --compare"), stderr());
    assertEquals(2, report(file, "--html", folder.resolve("page").toString(), "--by", "seq_len"));
    assertTrue(stderr().contains("only --where goes with --html"), stderr());
    assertEquals(0, report("--compare", file, file, "--where", "method=svd"), stderr());
    assertTrue(!stdout().contains("drone"), stdout());
  }

  @Test
  void aPlotIsDrawnOverAColumn() throws IOException {
    String file = writeScores().toString();
    Path plot = folder.resolve("scores.svg");
    assertEquals(0, report(file, "--plot", plot.toString(), "--over", "metric_stderr"), stderr());
    String svg = Files.readString(plot);
    assertTrue(svg.startsWith("<svg ") && svg.contains(">metric_stderr</text>"), svg);
    assertTrue(svg.contains(">drone</text>") && svg.contains(">svd</text>"), svg);
    assertEquals("", stdout());
    for (String[] wrong :
        new String[][] {
          {"--over", "metric_stderr", "give --plot too"},
          {"--over", "params_ratio", "give --plot too"},
          {"--plot", plot.toString(), "--over", "metric_stder", "did you mean 'metric_stderr'"},
          {"--plot", plot.toString(), "--over", "energy_j_per_example", "to plot"},
          {"--plot", plot.toString(), "--tables", "wins", "do not go with --plot"},
          {"--plot", plot.toString(), "--html", plot.toString(), "--plot goes neither"},
        }) {
      String[] options = Arrays.copyOf(wrong, wrong.length);
      options[wrong.length - 1] = file;
      assertEquals(2, report(options), String.join(" ", wrong));
      assertEquals(1, stderr().lines().count(), stderr());
      assertTrue(stderr().contains(wrong[wrong.length - 1]), stderr());
    }
  }

  @Test
  void wrongNamesAreOneLine() throws IOException {
    String file = writeScores().toString();
    for (String[] wrong :
        new String[][] {
          {"--format", "txt", "did you mean 'text'"},
          {"--tables", "win", "did you mean 'wins'"},
          {"--metric", "acuracy", "did you mean 'accuracy'"},
          {"--metric", "f1", "no compressed model with f1"},
          {"--by", "labl", "did you mean 'label'? results/SCHEMA.md"},
          {"--where", "metod=svd", "did you mean 'method'"},
          {"--where", "method=svt", "did you mean 'svd'"},
          {"--mix", "task", "cannot be compared"},
          {"--level", "2", "between 0 and 1"},
        }) {
      assertEquals(2, report(file, wrong[0], wrong[1]), wrong[1]);
      assertEquals(1, stderr().lines().count(), stderr());
      assertTrue(stderr().contains(wrong[2]), stderr());
      assertEquals("", stdout());
    }
  }
}
