package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunJson;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.SizeColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepRunnerTest {
  @TempDir private Path folder;

  private Path model;
  private Path glue;

  @BeforeEach
  void writeModelAndData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    glue = folder.resolve("glue");
    Files.createDirectories(glue.resolve("SST-2"));
    StringBuilder dev = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 30; i++) {
      dev.append(i % 3 == 0 ? "a good film . " : "the plot is not very bad ")
          .append('\t')
          .append(i % 2)
          .append('\n');
    }
    Files.writeString(glue.resolve("SST-2/dev.tsv"), dev);
    Files.writeString(glue.resolve("SST-2/train.tsv"), dev);
  }

  @Test
  void everyCellIsARowAndEveryMatrixALayer() {
    Path out = folder.resolve("out");
    List<RunRow> rows =
        run(
            config(
                out,
                List.of("sst2"),
                List.of(new Budget.Keep(0.5), new Budget.Rank(1000)),
                List.of()));

    assertEquals(
        List.of("dense", "svd", "svd"),
        rows.stream().map(row -> row.get(RunColumns.METHOD)).toList());
    assertEquals(rows, ResultsCsv.RUNS.read(out.resolve("runs.csv")));
    RunRow dense = rows.get(0);
    RunRow half = rows.get(1);
    assertEquals(30, dense.get(RunColumns.EXAMPLES));
    assertEquals(1.0, dense.get(TimeColumns.SPEEDUP));
    assertEquals(0.0, dense.get(ScoreColumns.METRIC_DROP));
    assertNull(dense.get(RunColumns.BUDGET));
    assertEquals(dense.get(ScoreColumns.METRIC), half.get(ScoreColumns.METRIC_DENSE));
    assertTrue(half.get(SizeColumns.LINEAR_RATIO) <= 0.5);
    assertTrue(
        half.get(SizeColumns.RELATIVE_ERROR) > 0 && half.get(SizeColumns.RELATIVE_ERROR) < 1);
    // 12 x 12 at keep 0.5 is rank 3, 20 x 12 rank 3.
    assertEquals(2 * (4 * 3 * 24 + 2 * 3 * 32), half.get(SizeColumns.LINEAR_PARAMS));
    assertEquals(
        dense.get(SizeColumns.PARAMS) - half.get(SizeColumns.PARAMS),
        half.get(SizeColumns.LINEAR_PARAMS_DENSE) - half.get(SizeColumns.LINEAR_PARAMS));
    List<LayerRow> layers = ResultsCsv.LAYERS.read(out.resolve("layers.csv"));
    assertEquals(2 * 12, layers.size());
    assertTimesComeFrom(ResultsCsv.SAMPLES.read(out.resolve("latencies.csv")), dense, half);
    assertEquals("dense:12", dense.get(SizeColumns.FORMS));
    assertEquals(32.0, dense.get(SizeColumns.BITS_PER_WEIGHT));
    assertEquals("lowrank:12", half.get(SizeColumns.FORMS));
    assertEquals(32 * half.get(SizeColumns.LINEAR_RATIO), half.get(SizeColumns.BITS_PER_WEIGHT));
    assertEquals(4 * half.get(SizeColumns.LINEAR_PARAMS), half.get(SizeColumns.LINEAR_BYTES));
    assertEquals(dense.get(SizeColumns.BYTES), half.get(SizeColumns.BYTES_DENSE));
    assertEquals(
        dense.get(SizeColumns.BYTES) - half.get(SizeColumns.BYTES),
        half.get(SizeColumns.LINEAR_BYTES_DENSE) - half.get(SizeColumns.LINEAR_BYTES));
    assertEquals("r=3", layers.get(0).label());
    assertEquals(32 * layers.get(0).params(), layers.get(0).bits());
    assertEquals("dense", layers.get(12).form());
    assertNull(layers.get(12).label());
    assertTrue(Files.exists(out.resolve("run.json")));
  }

  private static void assertTimesComeFrom(List<SampleRow> samples, RunRow dense, RunRow half) {
    assertEquals(
        half.get(TimeColumns.SPEEDUP),
        half.get(TimeColumns.LATENCY_DENSE_MS_P50) / half.get(TimeColumns.LATENCY_MS_P50));
    assertEquals(
        dense.get(TimeColumns.LATENCY_MS_P50), dense.get(TimeColumns.LATENCY_DENSE_MS_P50));
    assertNull(dense.get(TimeColumns.SPEEDUP_LOW));
    assertEquals("time", half.get(TimeColumns.LATENCY_STOP));
    for (RunRow row : List.of(dense, half)) {
      for (String subject : List.of(SampleRow.OWN, SampleRow.DENSE)) {
        double[] calls =
            samples.stream()
                .filter(sample -> sample.cellId().equals(row.get(RunColumns.CELL_ID)))
                .filter(sample -> sample.subject().equals(subject))
                .mapToDouble(SampleRow::ms)
                .sorted()
                .toArray();
        boolean own = subject.equals(SampleRow.OWN);
        if (!own && row == dense) {
          assertEquals(0, calls.length);
          continue;
        }
        assertEquals(row.get(TimeColumns.LATENCY_RUNS), calls.length);
        assertEquals(
            row.get(own ? TimeColumns.LATENCY_MS_P50 : TimeColumns.LATENCY_DENSE_MS_P50),
            (calls[(calls.length - 1) / 2] + calls[calls.length / 2]) / 2,
            1e-9);
      }
    }
  }

  @Test
  void theRecordNamesInputsAndKeepsThatOfEarlierCalls() {
    Path out = folder.resolve("out");
    Path file = out.resolve("run.json");
    run(config(out, List.of("sst2"), List.of(new Budget.Keep(0.5)), List.of()));
    Map<String, Object> first = RunJson.read(file).orElseThrow();
    assertEquals(2, first.get("cells"));
    assertEquals(64, modelsOf(first).get(0).get("model_revision").toString().length());
    assertTrue(first.get("data").toString().contains("data_hash"), first.toString());
    assertTrue(first.get("software").toString().contains("openblas"), first.toString());
    assertTrue(first.get("environment").toString().contains("variables"), first.toString());

    run(config(out, List.of("sst2"), List.of(new Budget.Keep(0.5)), List.of()));
    assertEquals(first, RunJson.read(file).orElseThrow(), "nothing was to be done");

    run(config(out, List.of("sst2"), List.of(new Budget.Keep(0.3)), List.of()));
    Map<String, Object> second = RunJson.read(file).orElseThrow();
    assertEquals(List.of(first), second.get("earlier"));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> modelsOf(Map<String, Object> record) {
    return (List<Map<String, Object>>) record.get("models");
  }

  @Test
  void aGpt2IsCompressedByItsOwnMatrices() throws IOException {
    model = TinyCheckpoint.gpt2(folder.resolve("gpt2"), 2);
    Path out = folder.resolve("out");
    List<RunRow> rows = run(config(out, List.of("sst2"), List.of(new Budget.Keep(0.5)), List.of()));
    RunRow half = rows.get(1);
    assertEquals("gpt2", half.get(RunColumns.ARCHITECTURE));
    assertEquals("forward", half.get(TimeColumns.LATENCY_KIND));
    assertTrue(half.get(RunColumns.METHOD_PARAMS).contains("qkv=whole"));
    // Of a block 12 x 36, 12 x 12 and two of 12 x 20.
    assertEquals(2 * (12 * 36 + 12 * 12 + 2 * 12 * 20), half.get(SizeColumns.LINEAR_PARAMS_DENSE));
    assertEquals(2 * 4, ResultsCsv.LAYERS.read(out.resolve("layers.csv")).size());
  }

  @Test
  void aRankAboveBreakEvenKeepsTheMatrixAndSaysSo() {
    Path out = folder.resolve("out");
    RunRow row =
        run(config(out, List.of("sst2"), List.of(new Budget.Rank(1000)), List.of())).get(1);
    assertEquals(1.0, row.get(SizeColumns.LINEAR_RATIO));
    assertEquals(0.0, row.get(ScoreColumns.METRIC_DROP));
    assertEquals(0.0, row.get(SizeColumns.RELATIVE_ERROR));
    List<LayerRow> layers = ResultsCsv.LAYERS.read(out.resolve("layers.csv"));
    assertTrue(
        layers.stream().allMatch(layer -> layer.note().startsWith("kept dense")),
        layers.toString());
    assertTrue(layers.stream().allMatch(layer -> layer.optimalError() == 0), layers.toString());
  }

  @Test
  void methodsThatNeedDataAndTrainingAfterwardsAreCellsOfTheirOwn() {
    Path out = folder.resolve("out");
    SweepConfig config =
        config(
            out,
            List.of("svd", "fwsvd"),
            List.of("sst2"),
            List.of(new Budget.Keep(0.5)),
            List.of(
                Recovery.NONE,
                new Recovery(2, 1e-3, DistillationWeights.NONE, Selection.LAST),
                new Recovery(2, 1e-3, new DistillationWeights(0.5, 1, 2, 0.25), Selection.LAST)),
            List.of());
    List<RunRow> rows = run(config);
    assertEquals(
        List.of("dense", "svd", "svd", "svd", "fwsvd", "fwsvd", "fwsvd"),
        rows.stream().map(row -> row.get(RunColumns.METHOD)).toList());
    assertTrue(rows.stream().noneMatch(RunRow::failed), rows.toString());
    assertEquals(
        rows.size(), rows.stream().map(row -> row.get(RunColumns.CELL_ID)).distinct().count());
    for (int i : new int[] {1, 4}) {
      assertNull(rows.get(i).get(TimeColumns.FINETUNE_SECONDS));
      assertTrue(rows.get(i + 1).get(TimeColumns.FINETUNE_SECONDS) > 0);
      // Training lowers the loss on what is trained on, which here is what is scored.
      assertTrue(rows.get(i + 1).get(ScoreColumns.LOSS) < rows.get(i).get(ScoreColumns.LOSS));
      String taught = rows.get(i + 2).get(RunColumns.METHOD_PARAMS);
      assertTrue(
          taught.contains(
              "distill=0.5;distill_attention=2.0;distill_hidden=1.0;distill_scores=0.25"),
          taught);
      assertFalse(rows.get(i + 1).get(RunColumns.METHOD_PARAMS).contains("distill"));
    }
    assertTrue(rows.get(4).get(TimeColumns.CALIBRATE_SECONDS) > 0);
    assertTrue(rows.get(4).get(RunColumns.METHOD_PARAMS).contains("examples=30"));
    assertNotEquals(
        rows.get(1).get(SizeColumns.RELATIVE_ERROR), rows.get(4).get(SizeColumns.RELATIVE_ERROR));
    // The dense model that the cells share was trained in none of them.
    RunRow again =
        run(config(
                folder.resolve("again"), List.of("sst2"), List.of(new Budget.Keep(0.5)), List.of()))
            .get(0);
    assertEquals(rows.get(0).get(ScoreColumns.LOSS), again.get(ScoreColumns.LOSS));
    assertEquals(List.of(), run(config));
  }

  @Test
  void anUndefinedMetricIsLeftEmptyAndSaysSo() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("scores"), 1);
    Path data = Files.createDirectories(glue.resolve("STS-B"));
    String header =
        "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n";
    String row = "%d\ta\tb\tc\td\te\tf\ta good film .\tthe plot is bad .\t%s\n";
    Files.writeString(
        data.resolve("dev.tsv"), header + row.formatted(0, "2.5") + row.formatted(1, "1.5"));
    RunRow equal =
        run(config(folder.resolve("equal"), List.of("stsb"), List.of(), List.of())).get(0);
    Files.writeString(
        data.resolve("dev.tsv"),
        header
            + row.formatted(0, "2.5")
            + row.formatted(1, "2.5").replace("a good film .", "the plot ."));
    RunRow labels =
        run(config(folder.resolve("labels"), List.of("stsb"), List.of(), List.of())).get(0);
    Files.writeString(data.resolve("dev.tsv"), header + row.formatted(0, "2.5"));
    RunRow one = run(config(folder.resolve("one"), List.of("stsb"), List.of(), List.of())).get(0);
    assertEquals(0.0, equal.get(ScoreColumns.METRIC));
    assertEquals(true, equal.get(RunColumns.EXTRA).get("collapsed"));
    for (RunRow undefined : List.of(labels, one)) {
      assertEquals(RunRow.OK, undefined.get(RunColumns.STATUS));
      assertNull(undefined.get(ScoreColumns.METRIC));
      assertNull(undefined.get(ScoreColumns.METRIC_DENSE));
      assertNull(undefined.get(ScoreColumns.METRIC_DROP));
    }
    assertEquals("all labels are equal", labels.get(RunColumns.EXTRA).get("metric_undefined"));
    assertEquals("there is one example", one.get(RunColumns.EXTRA).get("metric_undefined"));
    assertEquals(true, one.get(RunColumns.EXTRA).get("collapsed"));
  }

  @Test
  void layersSelectMatrices() {
    Path out = folder.resolve("out");
    run(config(out, List.of("sst2"), List.of(new Budget.Rank(2)), List.of("*.1.output.dense")));
    List<LayerRow> layers = ResultsCsv.LAYERS.read(out.resolve("layers.csv"));
    assertEquals(1, layers.size());
    assertEquals("bert.encoder.layer.1.output.dense", layers.get(0).layer());
    assertEquals(2, layers.get(0).rank());
  }

  @Test
  void aSecondRunAddsOnlyWhatIsMissing() {
    Path out = folder.resolve("out");
    assertEquals(
        2, run(config(out, List.of("sst2"), List.of(new Budget.Rank(2)), List.of())).size());
    List<RunRow> second =
        run(
            config(
                out, List.of("sst2"), List.of(new Budget.Rank(2), new Budget.Rank(1)), List.of()));
    assertEquals(1, second.size());
    assertEquals(1.0, second.get(0).get(RunColumns.BUDGET));
    assertEquals(3, ResultsCsv.RUNS.read(out.resolve("runs.csv")).size());
  }

  @Test
  void cellsAreNamedByWhatMattersAlone() {
    Variant variant = new Variant(MethodChain.parse("svd"), new Budget.Keep(0.5), Recovery.NONE, 0);
    Cell cell = new Cell("./here", "abc", "sst2", "", variant);
    SweepConfig config = config(folder.resolve("a"), List.of("sst2"), List.of(), List.of());
    SweepConfig elsewhere =
        config(
            folder.resolve("b"), List.of("sst2", "cola"), List.of(new Budget.Rank(1)), List.of());
    assertEquals(
        cell.id(config, "cpu", 128),
        new Cell("/there", "abc", "sst2", "", variant).id(elsewhere, "cpu", 128));
    assertNotEquals(cell.id(config, "cpu", 128), cell.id(config, "cuda", 128));
    assertNotEquals(
        cell.id(config, "cpu", 128),
        new Cell("./here", "abd", "sst2", "", variant).id(config, "cpu", 128));
    Variant other = new Variant(MethodChain.parse("svd"), new Budget.Keep(0.4), Recovery.NONE, 0);
    assertNotEquals(
        cell.id(config, "cpu", 128),
        new Cell("./here", "abc", "sst2", "", other).id(config, "cpu", 128));
  }

  @Test
  void nothingIsWrittenIfSomethingNamedIsWrong() {
    Path out = folder.resolve("out");
    assertThrows(
        InputException.class, () -> run(config(out, List.of("sst"), List.of(), List.of())));
    assertThrows(
        InputException.class, () -> run(config(out, List.of("cola"), List.of(), List.of())));
    assertThrows(
        InputException.class, () -> run(config(out, List.of("stsb"), List.of(), List.of())));
    assertThrows(
        InputException.class,
        () -> run(config(out, List.of("sst2"), List.of(new Budget.Rank(1)), List.of("*.nothing"))));
    assertFalse(Files.exists(out));
  }

  private void writeRows(String file, int count, int shift) throws IOException {
    StringBuilder text = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < count; i++) {
      text.append((i + shift) % 3 == 0 ? "a good film . " : "the plot is not very bad ")
          .append('\t')
          .append(i % 2)
          .append('\n');
    }
    Files.writeString(glue.resolve("SST-2").resolve(file), text);
  }

  private SweepConfig config(Path out, String method) {
    return config(
        out,
        List.of(method),
        List.of("sst2"),
        List.of(new Budget.Keep(0.5)),
        List.of(Recovery.NONE),
        List.of());
  }

  @Test
  void resultsOfOtherDataAreNotGoneOnWith() throws IOException {
    Path out = folder.resolve("out");
    RunRow learnt = run(config(out, "fwsvd")).get(1);
    assertEquals(learnt.get(RunColumns.DATA_HASH), learnt.get(RunColumns.TRAIN_HASH));
    byte[] before = Files.readAllBytes(out.resolve("runs.csv"));

    writeRows("train.tsv", 31, 1);
    InputException train = assertThrows(InputException.class, () -> run(config(out, "drone")));
    assertTrue(train.getMessage().startsWith(glue + "/SST-2/train.tsv: "), train.getMessage());
    assertTrue(train.getMessage().contains(learnt.get(RunColumns.CELL_ID)), train.getMessage());
    // Plain SVD reads no training data.
    assertEquals(1, run(config(out, "svd")).size());
    assertNull(ResultsCsv.RUNS.read(out.resolve("runs.csv")).get(2).get(RunColumns.TRAIN_HASH));
    Files.write(out.resolve("runs.csv"), before);

    writeRows("dev.tsv", 29, 1);
    InputException dev = assertThrows(InputException.class, () -> run(config(out, "svd")));
    assertTrue(dev.getMessage().startsWith(glue + "/SST-2/dev.tsv: "), dev.getMessage());
    assertTrue(dev.getMessage().endsWith("give another --out"), dev.getMessage());
    assertEquals(2, ResultsCsv.RUNS.read(out.resolve("runs.csv")).size());
    assertEquals(3, run(config(folder.resolve("other"), List.of("svd", "fwsvd"))).size());
  }

  private SweepConfig config(Path out, List<String> methods) {
    return config(
        out,
        methods,
        List.of("sst2"),
        List.of(new Budget.Keep(0.5)),
        List.of(Recovery.NONE),
        List.of());
  }

  @Test
  void resultsThatDoNotTellTheirTrainingDataAreGoneOnWith() throws IOException {
    Path out = folder.resolve("out");
    RunRow learnt = run(config(out, "fwsvd")).get(1);
    Path file = out.resolve("runs.csv");
    String hash = "," + learnt.get(RunColumns.TRAIN_HASH) + ",";
    String text = Files.readString(file);
    int last = text.lastIndexOf(hash);
    Files.writeString(file, text.substring(0, last) + ",," + text.substring(last + hash.length()));
    assertNull(ResultsCsv.RUNS.read(file).get(1).get(RunColumns.TRAIN_HASH));
    writeRows("train.tsv", 31, 1);
    assertEquals(List.of(), run(config(out, "fwsvd")));
  }

  @Test
  void rowsTellHowManyExamplesTheyWereMadeFrom() throws IOException {
    writeRows("train.tsv", 70, 0);
    List<RunRow> rows =
        run(config(folder.resolve("out"), List.of("svd", "fwsvd", "laser", "espace")));
    assertTrue(rows.stream().noneMatch(RunRow::failed), rows.toString());
    Long[][] wanted = {{null, null}, {null, null}, {64L, null}, {56L, 14L}, {56L, 14L}};
    for (int i = 0; i < wanted.length; i++) {
      RunRow row = rows.get(i);
      assertEquals(wanted[i][0], row.get(RunColumns.CALIBRATION_EXAMPLES), row.toString());
      assertEquals(wanted[i][1], row.get(RunColumns.HELDOUT_EXAMPLES), row.toString());
    }
    assertTrue(rows.get(3).get(RunColumns.METHOD_PARAMS).contains("examples=14"));

    Path few = folder.resolve("few");
    writeRows("train.tsv", 39, 0);
    InputException refused = assertThrows(InputException.class, () -> run(config(few, "laser")));
    assertTrue(refused.getMessage().contains("train.tsv: 39 training examples are too few"));
    assertFalse(Files.exists(few));
  }

  private SweepConfig config(
      Path out, List<String> tasks, List<Budget> budgets, List<String> layers) {
    return config(out, List.of("svd"), tasks, budgets, List.of(Recovery.NONE), layers);
  }

  private SweepConfig config(
      Path out,
      List<String> methods,
      List<String> tasks,
      List<Budget> budgets,
      List<Recovery> recoveries,
      List<String> layers) {
    return new SweepConfig(
        List.of(model.toString()),
        tasks,
        methods,
        budgets,
        List.of(Allocation.UNIFORM),
        recoveries,
        64,
        List.of(0L),
        layers,
        "cpu",
        "fp32",
        1,
        LatencyKind.FORWARD,
        1,
        8,
        new RoundRule(1, 2, 0, 0),
        false,
        128,
        0,
        Gpt2Options.DEFAULT,
        glue,
        TextSource.NONE,
        out,
        KeptPredictions.AUTO,
        List.of(),
        List.of());
  }

  private List<RunRow> run(SweepConfig config) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      SweepRecord record = new SweepRecord("run", List.of(config), Shard.WHOLE, List.of());
      return new SweepRunner(config, device, folder.resolve("cache"), new Silent()).run(record);
    }
  }

  private static final class Silent implements SweepListener {
    private final List<String> notes = new ArrayList<>();

    @Override
    public void note(String line) {
      notes.add(line);
    }
  }
}
