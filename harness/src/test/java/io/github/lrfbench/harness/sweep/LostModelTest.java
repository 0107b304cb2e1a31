package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunJson;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One model of several that does not load costs its cells and no others. */
class LostModelTest {
  @TempDir private Path folder;

  private final List<String> notes = new ArrayList<>();
  private Path good;
  private Path cut;

  @BeforeEach
  void writeModelsAndData() throws IOException {
    good = TinyCheckpoint.bert(folder.resolve("good"), 2);
    cut = damaged("cut");
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\nbad .\t0\n");
  }

  private Path damaged(String name) throws IOException {
    Path model = TinyCheckpoint.bert(folder.resolve(name), 2);
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 100));
    return model;
  }

  @Test
  void theOthersRunWhereverItStands() throws IOException {
    Path noConfig = TinyCheckpoint.bert(folder.resolve("no-config"), 2);
    Files.delete(noConfig.resolve("config.json"));
    Path regression = TinyCheckpoint.bert(folder.resolve("regression"), 1);
    Path noTokenizer = TinyCheckpoint.distilbert(folder.resolve("no-tokenizer"), 2);
    Files.writeString(noTokenizer.resolve("vocab.txt"), "");
    List<Path> models = List.of(cut, noConfig, good, damaged("again"), regression, noTokenizer);
    Path out = folder.resolve("out");
    List<RunRow> rows = run(out, models);
    assertEquals(12, rows.size());
    for (RunRow row : rows) {
      boolean ok = row.get(RunColumns.MODEL).equals(good.toString());
      assertEquals(ok ? "ok" : "failed", row.get(RunColumns.STATUS), row + "");
      assertEquals(ok, row.get(RunColumns.ERROR) == null);
    }
    assertEquals(12, rows.stream().map(row -> row.get(RunColumns.CELL_ID)).distinct().count());
    assertEquals(rows, ResultsCsv.RUNS.read(out.resolve("runs.csv")));
    Map<String, Object> record = RunJson.read(out.resolve("run.json")).orElseThrow();
    assertTrue(record.containsKey("finished_at"));
    assertEquals(10L, ((Number) record.get("cells_failed")).longValue());
    assertEquals(5, notes.stream().filter(line -> line.contains(" is left out: ")).count());

    // Mended, it runs; the others fail again.
    TinyCheckpoint.bert(cut, 2);
    List<RunRow> second = run(out, models);
    // The same weights as those that ran already.
    assertEquals(8, second.size());
    assertFalse(second.stream().anyMatch(row -> row.get(RunColumns.MODEL).equals(cut + "")));
  }

  @Test
  void whatIsWrongWithAllWritesNothing() {
    Path out = folder.resolve("out");
    InputException one = assertThrows(InputException.class, () -> run(out, List.of(cut)));
    assertTrue(one.getMessage().contains(cut.toString()), one.getMessage());
    assertThrows(InputException.class, () -> run(out, List.of(cut, damaged("again"))));
    assertThrows(InputException.class, () -> run(out, List.of(good, folder.resolve("none"))));
    assertFalse(Files.exists(out));
  }

  @Test
  void anotherCallLeavesTheFailedCellsOfBeforeAsTheyAre() throws IOException {
    Path out = folder.resolve("out");
    run(out, List.of(good, cut));
    Files.delete(cut.resolve("model.safetensors"));
    try (Stream<Path> files = Files.list(good)) {
      for (Path file : files.toList()) {
        Files.copy(file, cut.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    assertEquals(List.of(), run(out, List.of(good, cut)));
    assertEquals(4, ResultsCsv.RUNS.read(out.resolve("runs.csv")).size());
  }

  private List<RunRow> run(Path out, List<Path> models) {
    SweepConfig config =
        new SweepConfig(
            models.stream().map(Path::toString).toList(),
            List.of("sst2"),
            List.of("svd"),
            List.of(new Budget.Keep(0.5)),
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
            TextSource.NONE,
            out,
            KeptPredictions.AUTO,
            List.of(),
            List.of());
    SweepListener listener =
        new SweepListener() {
          @Override
          public void note(String line) {
            notes.add(line);
          }
        };
    try (Device device = Devices.open("cpu", new DeviceOptions(1), line -> {})) {
      SweepRecord record = new SweepRecord("run", List.of(config), Shard.WHOLE, List.of());
      return new SweepRunner(config, device, folder.resolve("cache"), listener).run(record);
    }
  }
}
