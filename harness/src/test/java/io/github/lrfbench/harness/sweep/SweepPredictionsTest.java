package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.CellPredictions;
import io.github.lrfbench.harness.result.Prediction;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sweep writes of single examples is what its rows say of all. */
class SweepPredictionsTest {
  @TempDir private Path folder;

  private Path model;

  private void writeSst2() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    StringBuilder dev = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 30; i++) {
      String text = i % 3 == 0 ? "a good film . " : "the plot is not very bad ".repeat(1 + i % 5);
      dev.append(text).append('\t').append(i % 2).append('\n');
    }
    write("SST-2", dev.toString());
  }

  private void write(String task, String dev) throws IOException {
    Path data = Files.createDirectories(folder.resolve("glue").resolve(task));
    Files.writeString(data.resolve("dev.tsv"), dev);
    Files.writeString(data.resolve("train.tsv"), dev);
  }

  private List<Prediction> predictions(Path out, RunRow row) {
    String cell = row.get(RunColumns.CELL_ID);
    return CellPredictions.read(CellPredictions.find(out, cell).orElseThrow());
  }

  @Test
  void theirAccuracyIsTheRows() throws IOException {
    writeSst2();
    Path out = folder.resolve("out");
    List<RunRow> rows = run(config(out, "sst2", List.of(0.5, 0.2), KeptPredictions.AUTO));
    assertEquals(3, rows.size());
    Set<List<Float>> outputs = new HashSet<>();
    for (RunRow row : rows) {
      List<Prediction> all = predictions(out, row);
      assertEquals(30, all.size());
      int right = 0;
      for (int i = 0; i < 30; i++) {
        Prediction one = all.get(i);
        assertEquals(i, one.index());
        assertEquals(i % 2 == 0 ? "negative" : "positive", one.gold());
        boolean second = one.logits().get(1) > one.logits().get(0);
        assertEquals(second ? "positive" : "negative", one.prediction());
        right += one.prediction().equals(one.gold()) ? 1 : 0;
      }
      assertEquals(row.get(ScoreColumns.METRIC), right / 30.0, 1e-12);
      outputs.add(all.get(0).logits());
    }
    assertEquals(3, outputs.size(), "every cell has its own");
  }

  @Test
  void scoresOfEmbeddingsAreTheirSimilarities() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 1);
    Files.writeString(
        model.resolve("modules.json"),
        """
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
        """);
    Files.createDirectories(model.resolve("1_Pooling"));
    Files.writeString(
        model.resolve("1_Pooling/config.json"), "{\"pooling_mode_mean_tokens\": true}");
    StringBuilder dev = new StringBuilder("index\tgenre\tfilename\tyear\told_index\tsource1\t");
    dev.append("source2\tsentence1\tsentence2\tscore\n");
    for (int i = 0; i < 12; i++) {
      dev.append(i + "\tg\tf\ty\t0\ts\ts\t" + "good film ".repeat(1 + i % 4) + "\t");
      dev.append("the plot not bad ".repeat(1 + i % 3) + "\t" + i % 6 * 0.9 + "\n");
    }
    write("STS-B", dev.toString());
    Path out = folder.resolve("out");
    for (RunRow row : run(config(out, "stsb", List.of(0.5), KeptPredictions.ALL))) {
      List<Prediction> all = predictions(out, row);
      // Cosines here differ in digits that a decimal of a float does not have.
      double[] scores = all.stream().mapToDouble(one -> one.logits().get(0)).toArray();
      double[] gold = numbers(all.stream().map(Prediction::gold).toList());
      assertEquals(2 % 6 * 0.9, gold[2]);
      assertEquals((float) scores[3], ((Number) all.get(3).prediction()).floatValue());
      assertEquals(pearson(scores, gold), row.get(ScoreColumns.PEARSON), 1e-9);
    }
  }

  private static double pearson(double[] x, double[] y) {
    double meanX = Arrays.stream(x).average().orElseThrow();
    double meanY = Arrays.stream(y).average().orElseThrow();
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
      xy += (x[i] - meanX) * (y[i] - meanY);
    }
    return xy / Math.sqrt(xx * yy);
  }

  private static double[] numbers(List<Object> values) {
    return values.stream().mapToDouble(value -> ((Number) value).doubleValue()).toArray();
  }

  @Test
  void aTextHasNone() throws IOException {
    model = TinyCheckpoint.gpt2(folder.resolve("model"), 0);
    Path text = Files.writeString(folder.resolve("text"), "a good film. ".repeat(20));
    Path out = folder.resolve("out");
    TextSource texts = new TextSource(text, null, TextSource.NONE.windows(), 8, 8, null);
    List<RunRow> rows = run(config(out, "lm", List.of(0.5), KeptPredictions.ALL, texts));
    assertTrue(rows.stream().noneMatch(RunRow::failed), rows.toString());
    assertFalse(Files.exists(out.resolve("predictions")));
  }

  @Test
  void aSweepThatGoesOnKeepsThoseThereAre() throws IOException {
    writeSst2();
    Path out = folder.resolve("out");
    RunRow half = run(config(out, "sst2", List.of(0.5), KeptPredictions.AUTO)).get(1);
    Path file = CellPredictions.find(out, half.get(RunColumns.CELL_ID)).orElseThrow();
    byte[] before = Files.readAllBytes(file);
    List<RunRow> more = run(config(out, "sst2", List.of(0.5, 0.2), KeptPredictions.NONE));
    assertEquals(1, more.size());
    assertArrayEquals(before, Files.readAllBytes(file));
    assertTrue(CellPredictions.find(out, more.get(0).get(RunColumns.CELL_ID)).isEmpty());
  }

  @Test
  void largeTasksAreLeftOutUnlessAskedFor() {
    assertTrue(KeptPredictions.AUTO.of(9_832), "MNLI mismatched");
    assertFalse(KeptPredictions.AUTO.of(40_430), "QQP");
    assertTrue(KeptPredictions.ALL.of(40_430));
    assertFalse(KeptPredictions.NONE.of(1));
    assertEquals(KeptPredictions.ALL, KeptPredictions.parse("all"));
    InputException e = assertThrows(InputException.class, () -> KeptPredictions.parse("some"));
    assertEquals("--predictions some is unknown; known are auto, all, none", e.getMessage());
  }

  private SweepConfig config(Path out, String task, List<Double> keep, KeptPredictions kept) {
    return config(out, task, keep, kept, TextSource.NONE);
  }

  private SweepConfig config(
      Path out, String task, List<Double> keep, KeptPredictions kept, TextSource texts) {
    return new SweepConfig(
        List.of(model.toString()),
        List.of(task),
        List.of("svd"),
        IntStream.range(0, keep.size())
            .<Budget>mapToObj(i -> new Budget.Keep(keep.get(i)))
            .toList(),
        List.of(Allocation.UNIFORM),
        List.of(Recovery.NONE),
        64,
        List.of(0L),
        List.of(),
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
        folder.resolve("glue"),
        texts,
        out,
        kept,
        List.of(),
        List.of());
  }

  private List<RunRow> run(SweepConfig config) {
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      SweepRecord record = new SweepRecord("run", List.of(config), Shard.WHOLE, List.of());
      return new SweepRunner(config, device, folder.resolve("cache"), SweepListener.NONE)
          .run(record);
    }
  }
}
