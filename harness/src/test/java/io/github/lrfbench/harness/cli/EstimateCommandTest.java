package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.CsvAppender;
import io.github.lrfbench.harness.result.EstimateColumns;
import io.github.lrfbench.harness.result.EstimateRow;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code estimate} as a user calls it. */
class EstimateCommandTest {
  private static final String FIGURES = "--peak-gflops=10 --bandwidth-gbs=1 --launch-us=5";

  @TempDir private Path folder;

  private String out;
  private String err;

  private int run(String line) {
    ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(stderr, true, StandardCharsets.UTF_8));
    int code;
    try {
      code =
          Main.run(
              new PrintStream(stdout, true, StandardCharsets.UTF_8), System.err, line.split(" "));
    } finally {
      System.setErr(before);
    }
    out = stdout.toString(StandardCharsets.UTF_8);
    err = stderr.toString(StandardCharsets.UTF_8);
    return code;
  }

  private List<EstimateRow> rows(Path file, String estimate) {
    return ResultsCsv.ESTIMATES.read(file).stream()
        .filter(row -> estimate.equals(row.get(EstimateColumns.ESTIMATE)))
        .toList();
  }

  @Test
  void modelsThatFitNowhereAreEstimated() {
    Path file = folder.resolve("estimates.csv");
    assertEquals(
        0,
        run(
            "estimate --model gpt2-xl --rank 64,128 --batch 1,8 --device H100 --dtype fp16 --out "
                + file),
        err);
    assertTrue(
        out.startsWith("gpt2-xl on H100, fp16: estimates by a roofline, not measurements\n"));
    List<EstimateRow> models = rows(file, EstimateRow.MODEL);
    assertEquals(3 * 2, models.size());
    EstimateRow dense = models.get(0);
    assertEquals(1_557_611_200, dense.get(EstimateColumns.PARAMS));
    assertEquals(2 * 1_557_611_200L, dense.get(EstimateColumns.BYTES));
    assertEquals("published", dense.get(EstimateColumns.FIGURES_SOURCE));
    // 4 shapes and the model, at 2 batch sizes.
    assertEquals(5 * 2, rows(file, EstimateRow.BREAK_EVEN).size());
    for (EstimateRow row : rows(file, EstimateRow.BREAK_EVEN)) {
      long rank = row.get(EstimateColumns.ESTIMATED_BREAK_EVEN_RANK);
      assertTrue(rank < row.get(EstimateColumns.BREAK_EVEN_RANK), out);
    }
  }

  private static RunRow.Builder measured(Path model, String method, double ms) {
    return RunRow.builder()
        .set(RunColumns.RUN_ID, "r")
        .set(RunColumns.CELL_ID, "c" + ms)
        .set(RunColumns.STATUS, RunRow.OK)
        .set(RunColumns.MODEL, model.toString())
        .set(RunColumns.METHOD, method)
        .set(MachineColumns.DTYPE, "fp32")
        .set(TimeColumns.BATCH_SIZE, 2)
        .set(TimeColumns.SEQ_LEN, 8)
        .set(TimeColumns.LATENCY_MS_P50, ms);
  }

  /** The hand-made rows have the estimate's own counts and half or twice its times. */
  @Test
  void theErrorOfEstimatesIsTold() throws IOException {
    Path model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path file = folder.resolve("estimates.csv");
    String line = "estimate --model " + model + " --seq-len 8 --batch-size 2 " + FIGURES;
    assertEquals(0, run(line + " --keep 0.5 --out " + file), err);
    EstimateRow dense = rows(file, EstimateRow.MODEL).get(0);
    EstimateRow half = rows(file, EstimateRow.MODEL).get(1);
    Path runs = folder.resolve("runs.csv");
    List<RunRow> rows = new ArrayList<>();
    double ms = dense.get(EstimateColumns.ESTIMATED_MS);
    rows.add(
        counts(measured(model, "dense", 2 * ms), dense, dense)
            .set(MachineColumns.DEVICE_NAME, "a processor")
            .build());
    double halfMs = half.get(EstimateColumns.ESTIMATED_MS);
    RunRow.Builder keep =
        counts(measured(model, "svd", halfMs / 2), dense, half)
            .set(RunColumns.BUDGET_KIND, "keep")
            .set(RunColumns.BUDGET, 0.5)
            .set(TimeColumns.SPEEDUP, 4 * half.get(EstimateColumns.ESTIMATED_SPEEDUP));
    rows.add(keep.build());
    rows.add(keep.set(SizeColumns.PARAMS, 1).build());
    rows.add(keep.set(MachineColumns.DTYPE, "fp16").build());
    rows.add(keep.set(SizeColumns.PARAMS_DENSE, 1).build());
    rows.add(keep.set(RunColumns.STATUS, RunRow.FAILED).build());
    try (CsvAppender table = CsvAppender.open(runs, RunColumns.TABLE.header())) {
      rows.forEach(row -> table.append(ResultsCsv.RUNS.print(row)));
    }
    Path compared = folder.resolve("compared.csv");
    assertEquals(0, run(line + " --compare " + runs + " --out " + compared), err);
    List<EstimateRow> both = rows(compared, EstimateRow.MEASURED);
    assertEquals(2, both.size(), out);
    assertEquals(0.5, both.get(0).get(EstimateColumns.ESTIMATED_OVER_MEASURED), 1e-9);
    assertEquals(2, both.get(1).get(EstimateColumns.ESTIMATED_OVER_MEASURED), 1e-9);
    // |0.5 - 1| and |2 - 1| have the median 0.75; the one speedup is a quarter of the measured.
    assertTrue(out.contains("over 2 measured times: 75 %; over 1 measured speedups: 75 %"), out);
    assertEquals(0, run(line + " --device T4 --compare " + runs), err);
    assertTrue(out.contains("1 measured rows are left out: another device"), out);
    String before = out;
    String torn = runs + ": the last row is cut off and left out";
    assertFalse(err.contains(torn), err);
    Files.writeString(runs, "5,torn", StandardOpenOption.APPEND);
    assertEquals(0, run(line + " --device T4 --compare " + runs), err);
    assertTrue(err.contains(torn), err);
    assertEquals(before, out);
    for (String reason :
        List.of("other parameters or operations", "another dtype", "another model", "no times")) {
      assertTrue(out.contains("1 measured rows are left out: " + reason), out);
    }
  }

  private static RunRow.Builder counts(
      RunRow.Builder row, EstimateRow dense, EstimateRow estimate) {
    return row.set(SizeColumns.PARAMS_DENSE, dense.get(EstimateColumns.PARAMS))
        .set(SizeColumns.PARAMS, estimate.get(EstimateColumns.PARAMS))
        .set(SizeColumns.FLOPS_PER_EXAMPLE, estimate.get(EstimateColumns.FLOPS_PER_EXAMPLE));
  }

  /** What a sweep writes of a model is what is estimated of it, to the last parameter. */
  @Test
  void everyRowOfASweepIsFound() throws IOException {
    Path model = TinyCheckpoint.gpt2(folder.resolve("model"), 0);
    Path text = Files.writeString(folder.resolve("text"), "a good day. ".repeat(40));
    Path results = folder.resolve("results");
    assertEquals(
        0,
        run(
            "sweep --device cpu --model "
                + model
                + " --task lm --text "
                + text
                + " --untie-head --method svd --keep 0.7,0.4 --rank 2 --round-to 2"
                + " --batch-size 1,2 --seq-len 6 --latency decode --warmup 1 --min-runs 1"
                + " --max-seconds 0 --out "
                + results),
        err);
    Path runs = results.resolve("runs.csv");
    Path file = folder.resolve("estimates.csv");
    assertEquals(
        0,
        run(
            "estimate --untie-head --model "
                + model
                + " "
                + FIGURES
                + " --compare "
                + runs
                + " --out "
                + file),
        err);
    List<RunRow> sweep = ResultsCsv.RUNS.read(runs);
    // Each also in the batch of the throughput.
    assertEquals(2 * sweep.size(), rows(file, EstimateRow.MEASURED).size(), out);
    assertFalse(out.contains("left out"), out);
    for (EstimateRow row : rows(file, EstimateRow.MEASURED)) {
      RunRow of =
          sweep.stream()
              .filter(one -> one.get(RunColumns.CELL_ID).equals(row.get(EstimateColumns.CELL_ID)))
              .findFirst()
              .orElseThrow();
      assertEquals(of.get(SizeColumns.BYTES), row.get(EstimateColumns.BYTES));
      assertEquals(of.get(SizeColumns.FLOPS_TIMED), row.get(EstimateColumns.FLOPS_TIMED));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "--device=H300",
        "--device=cpu",
        "--device=V100 --dtype=bf16",
        "--device=T4 --measured=none.csv",
        "--measured=none.csv",
        "--peak-gflops=5",
        "--peak-gflops=0 --bandwidth-gbs=1",
        "--device=T4 --launch-us=-1",
        "--device=T4 --energy=0.9",
        "--device=T4 --keep=0.5 --allocate=greedy",
        "--device=T4 --keep=0.5 --method=svd+int8",
        "--device=T4 --keep=0.5 --method=nothing",
        "--device=T4 --keep=0",
        "--device=T4 --batch-size=0",
        "--device=T4 --seq-len=-1",
        "--device=T4 --seq-len=513",
        "--device=T4 --latency=decode",
        "--device=T4 --layers=nothing* --keep=0.5",
        "--device=T4 --split-qkv",
        "--device=T4 --compare=none.csv"
      })
  void whatCannotBeEstimatedIsOneLine(String options) {
    Path file = folder.resolve("estimates.csv");
    assertEquals(2, run(("estimate --model bert-base --out " + file + " " + options).trim()), out);
    assertEquals(1, err.lines().count(), err);
    assertFalse(Files.exists(file));
  }

  @Test
  void anUnknownModelIsOneLine() {
    assertEquals(2, run("estimate --device T4 --model bert-huge"));
    assertEquals(1, err.lines().count(), err);
  }
}
