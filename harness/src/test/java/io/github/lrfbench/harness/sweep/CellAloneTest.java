package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.Column;
import io.github.lrfbench.harness.result.LayerColumns;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cell gives the same numbers, times apart, whatever other cells there are. */
class CellAloneTest {
  private static final Set<Column<?>> TIMES =
      Set.of(
          RunColumns.RUN_ID,
          RunColumns.STARTED_AT,
          TimeColumns.LATENCY_MS_P50,
          TimeColumns.LATENCY_MS_P90,
          TimeColumns.LATENCY_MS_P99,
          TimeColumns.LATENCY_MS_MEAN,
          TimeColumns.LATENCY_MS_STDEV,
          TimeColumns.LATENCY_RUNS,
          TimeColumns.FIRST_LATENCY_MS,
          TimeColumns.THROUGHPUT_EPS,
          TimeColumns.THROUGHPUT_EPS_DENSE,
          TimeColumns.SPEEDUP,
          TimeColumns.SPEEDUP_LOW,
          TimeColumns.SPEEDUP_HIGH,
          TimeColumns.LATENCY_DENSE_MS_P50,
          TimeColumns.LATENCY_ROUNDS,
          TimeColumns.LATENCY_STOP,
          TimeColumns.COMPRESS_SECONDS,
          TimeColumns.CALIBRATE_SECONDS,
          TimeColumns.FINETUNE_SECONDS,
          TimeColumns.EVAL_SECONDS,
          TimeColumns.LOAD_SECONDS,
          TimeColumns.ENERGY_J_PER_EXAMPLE,
          TimeColumns.ENERGY_J_PER_EXAMPLE_DENSE,
          MachineColumns.DEVICE_MEMORY_BYTES,
          MachineColumns.LOAD_AVERAGE,
          MachineColumns.CLOCK_MHZ,
          MachineColumns.THROTTLED,
          MachineColumns.FOREIGN_PROCESSES,
          MachineColumns.HANDOVER_NS);

  private static final Allocation GREEDY = new Allocation(Policy.GREEDY, 1);
  private static final Recovery RECOVERY =
      new Recovery(1, 1e-4, new DistillationWeights(0.5, 0, 0, 0), Selection.LAST);

  @TempDir private Path folder;

  private Path model;

  @BeforeEach
  void writeModelAndData() throws IOException {
    model = TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    StringBuilder examples = new StringBuilder("sentence\tlabel\n");
    for (int i = 0; i < 44; i++) {
      String sentence = i % 3 == 0 ? "a good film . " : "the plot is not very bad ";
      examples.append(sentence).append('\t').append(i % 2).append('\n');
    }
    Files.writeString(data.resolve("dev.tsv"), examples);
    Files.writeString(data.resolve("train.tsv"), examples);
  }

  /** What cells are made of that run in one sweep. */
  private record Grid(
      List<String> methods,
      List<Budget> budgets,
      List<Allocation> allocations,
      List<Recovery> recoveries) {
    static Grid of(String method, Budget budget) {
      return of(method, budget, Allocation.UNIFORM, Recovery.NONE);
    }

    static Grid of(String method, Budget budget, Allocation allocation, Recovery recovery) {
      return new Grid(List.of(method), List.of(budget), List.of(allocation), List.of(recovery));
    }
  }

  private SweepConfig config(Grid grid, Path out) {
    return new SweepConfig(
        List.of(model.toString()),
        List.of("sst2"),
        grid.methods(),
        grid.budgets(),
        grid.allocations(),
        grid.recoveries(),
        32,
        List.of(0L),
        List.of(),
        "cpu",
        "fp32",
        2,
        LatencyKind.FORWARD,
        1,
        4,
        new RoundRule(1, 2, 0, 0),
        false,
        16,
        20,
        Gpt2Options.DEFAULT,
        folder.resolve("glue"),
        TextSource.NONE,
        out,
        KeptPredictions.AUTO,
        List.of(),
        List.of());
  }

  /** Every cell's row, and those of its matrices, by the cell's id. */
  private Map<String, String> run(Grid grid, Device device) {
    Path out = folder.resolve(grid.hashCode() + "");
    SweepConfig config = config(grid, out);
    SweepRecord record = new SweepRecord("run", List.of(config), Shard.WHOLE, List.of());
    new SweepRunner(config, device, folder.resolve("cache"), new SweepListener() {}).run(record);
    Map<String, StringBuilder> rows = new TreeMap<>();
    for (RunRow row : ResultsCsv.RUNS.read(out.resolve("runs.csv"))) {
      assertEquals(RunRow.OK, row.get(RunColumns.STATUS), row.toString());
      StringBuilder text = new StringBuilder();
      for (Column<?> column : RunColumns.TABLE.columns()) {
        if (column == RunColumns.EXTRA) {
          Map<String, Object> extra = new TreeMap<>(row.get(RunColumns.EXTRA));
          extra.keySet().removeAll(Set.of("measure_seconds", "timed_with"));
          text.append(extra).append('\n');
        } else if (!TIMES.contains(column)) {
          text.append(column.name()).append('=').append(row.get(column)).append('\n');
        }
      }
      rows.put(row.get(RunColumns.CELL_ID), text);
    }
    if (Files.exists(out.resolve(LayerColumns.TABLE.file()))) {
      for (LayerRow row : ResultsCsv.LAYERS.read(out.resolve(LayerColumns.TABLE.file()))) {
        String text = row.toString().replaceAll("(runId|seconds)=[^,]*, ", "");
        rows.get(row.cellId()).append(text).append('\n');
      }
    }
    Map<String, String> texts = new TreeMap<>();
    rows.forEach((id, text) -> texts.put(id, text.toString()));
    return texts;
  }

  @Test
  void aCellAloneEqualsTheCellInAGrid() {
    Budget keep = new Budget.Keep(0.3);
    Budget energy = new Budget.Energy(0.8);
    List<String> methods =
        List.of("svd", "fwsvd", "drone", "tfwsvd", "espace", "laser", "progressive:steps=2:last=1");
    Allocation sensitivity = new Allocation(Policy.SENSITIVITY, 1);
    List<Grid> grids =
        List.of(
            new Grid(methods, List.of(keep), List.of(Allocation.UNIFORM), List.of(Recovery.NONE)),
            new Grid(
                List.of("svd"),
                List.of(energy, new Budget.Keep(0.6), keep),
                List.of(Allocation.UNIFORM),
                List.of(Recovery.NONE, RECOVERY)),
            new Grid(
                List.of("svd", "drone"),
                List.of(keep),
                List.of(GREEDY, sensitivity),
                List.of(Recovery.NONE)));
    List<Grid> single = new ArrayList<>();
    for (String method : List.of("svd", "fwsvd", "espace", "laser", "progressive:steps=2:last=1")) {
      single.add(Grid.of(method, keep));
    }
    single.add(Grid.of("svd", energy));
    single.add(Grid.of("svd", keep, GREEDY, Recovery.NONE));
    single.add(Grid.of("svd", keep, sensitivity, Recovery.NONE));
    single.add(Grid.of("svd", keep, Allocation.UNIFORM, RECOVERY));
    try (Device device = Devices.open("cpu", new DeviceOptions(2), line -> {})) {
      Map<String, String> together = new TreeMap<>();
      for (Grid grid : grids) {
        run(grid, device).forEach((id, text) -> assertSame(together, id, text));
      }
      int cells = together.size();
      for (Grid alone : single) {
        run(alone, device).forEach((id, text) -> assertSame(together, id, text));
      }
      assertEquals(cells, together.size(), "all of them are cells of a grid, too");
    }
  }

  private static void assertSame(Map<String, String> known, String id, String text) {
    String before = known.putIfAbsent(id, text);
    if (before != null) {
      assertEquals(before, text);
    }
  }
}
