package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.OutputException;
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
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.cuda.emulator.Emulator;
import io.github.lrfbench.kernels.cuda.emulator.EmulatorTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two GPUs share the cells of a sweep, and none depends on which it met. */
@EmulatorTest
class TwoDeviceSweepTest {
  private static final List<String> ONE = List.of("cuda:0");
  private static final List<String> TWO = List.of("cuda:0", "cuda:1");

  private static final int TASKS = 2;

  /** Dense, and SVD at two budgets; SVD learns nothing of tasks. */
  private static final int CELLS = TASKS * (1 + 2);

  private static final int MATRICES = 12;

  @TempDir private Path folder;

  private final List<String> notes = new CopyOnWriteArrayList<>();
  private List<String> methods = List.of("svd");
  private List<Double> budgets = List.of(0.7, 0.5);
  private SweepRunner runner;

  @BeforeEach
  void writeModelsAndData() throws IOException {
    TinyCheckpoint.bert(folder.resolve("bert"), 2);
    write("SST-2", "sentence\tlabel\n", "a good film .\t1\n", "the plot is bad\t0\n");
    write(
        "RTE",
        "index\tsentence1\tsentence2\tlabel\n",
        "0\ta good film .\tthe plot is bad\tentailment\n",
        "1\tbad .\ta film\tnot_entailment\n");
    Emulator.setDevices(2);
  }

  private void write(String task, String header, String... lines) throws IOException {
    Path data = Files.createDirectories(folder.resolve("glue").resolve(task));
    String all = header + String.join("", lines).repeat(6);
    Files.writeString(data.resolve("dev.tsv"), all);
    Files.writeString(data.resolve("train.tsv"), all);
  }

  @AfterEach
  void restore() {
    Emulator.setLost(0, false);
    Emulator.setLost(1, false);
    Emulator.setDeviceMemory(0);
    Emulator.setDevices(1);
  }

  @Test
  void cellsAreWhatTheyAreOnOneDevice() throws IOException {
    methods = List.of("svd", "drone");
    budgets = List.of(0.4);
    int all = TASKS * (1 + 2);
    Map<String, RunRow> one = byCell(runOn("one", ONE, new Notes()));
    List<RunRow> alone = runner.table();
    Map<String, RunRow> two = byCell(runOn("two", TWO, new Notes()));
    assertEquals(all, one.size());
    assertEquals(one.keySet(), two.keySet());
    one.forEach((id, row) -> assertSameResult(row, two.get(id)));
    assertEquals(Set.copyOf(TWO), devices(two.values().stream().toList()));
    // The table stands in the order of the plan, whoever was first.
    assertEquals(
        alone.stream().map(row -> row.get(RunColumns.CELL_ID)).toList(),
        runner.table().stream().map(row -> row.get(RunColumns.CELL_ID)).toList());
    assertWhole("two", two);
    assertEquals(layers("one"), layers("two"));
    Map<String, Object> record = RunJson.read(folder.resolve("two/run.json")).orElseThrow();
    assertEquals(TWO, record.get("device"));
    assertEquals(2, ((List<?>) record.get("device_name")).size());
    assertEquals(all, ((Number) record.get("cells")).intValue());
    assertTrue(record.containsKey("finished_at"));
  }

  /** All that does not tell time; the baseline was measured on the cell's own device. */
  private static void assertSameResult(RunRow expected, RunRow actual) {
    assertEquals("ok", actual.get(RunColumns.STATUS), actual.get(RunColumns.ERROR));
    assertEquals(expected.get(RunColumns.LABEL), actual.get(RunColumns.LABEL));
    assertEquals(expected.get(ScoreColumns.METRIC), actual.get(ScoreColumns.METRIC));
    assertEquals(expected.get(ScoreColumns.METRIC_DENSE), actual.get(ScoreColumns.METRIC_DENSE));
    assertEquals(expected.get(ScoreColumns.LOSS), actual.get(ScoreColumns.LOSS));
    assertEquals(expected.get(SizeColumns.PARAMS), actual.get(SizeColumns.PARAMS));
    assertEquals(expected.get(SizeColumns.RELATIVE_ERROR), actual.get(SizeColumns.RELATIVE_ERROR));
    assertNotNull(actual.get(TimeColumns.SPEEDUP));
  }

  /** Matrices, calls and predictions of each cell lie together and once. */
  private void assertWhole(String out, Map<String, RunRow> rows) throws IOException {
    Map<String, Integer> matrices = new HashMap<>();
    String last = "";
    Set<String> begun = new HashSet<>();
    for (LayerRow row : ResultsCsv.LAYERS.read(folder.resolve(out).resolve("layers.csv"))) {
      assertTrue(row.cellId().equals(last) || begun.add(row.cellId()), "rows of cells are mixed");
      last = row.cellId();
      matrices.merge(last, 1, Integer::sum);
    }
    rows.forEach(
        (id, row) ->
            assertEquals(
                row.get(RunColumns.METHOD).equals("dense") ? null : MATRICES, matrices.get(id)));
    begun.clear();
    last = "";
    for (SampleRow row : ResultsCsv.SAMPLES.read(folder.resolve(out).resolve("latencies.csv"))) {
      assertTrue(row.cellId().equals(last) || begun.add(row.cellId()), "calls of cells are mixed");
      last = row.cellId();
    }
    assertEquals(rows.keySet(), begun);
    try (Stream<Path> files = Files.list(folder.resolve(out).resolve("predictions"))) {
      assertEquals(rows.size(), files.count());
    }
  }

  /** The relative errors of matrices. */
  private Map<String, Double> layers(String out) {
    Map<String, Double> errors = new TreeMap<>();
    ResultsCsv.LAYERS
        .read(folder.resolve(out).resolve("layers.csv"))
        .forEach(row -> errors.put(row.cellId() + " " + row.layer(), row.relativeError()));
    return errors;
  }

  @Test
  void whatEndsOneWorkerEndsAllAndKeepsTheRows() {
    AtomicInteger finished = new AtomicInteger();
    Notes full =
        new Notes() {
          @Override
          public void finished(String cell) {
            if (finished.incrementAndGet() == 2) {
              throw new OutputException("the disk is full", null);
            }
          }
        };
    OutputException thrown = assertThrows(OutputException.class, () -> runOn("out", TWO, full));
    assertEquals("the disk is full", thrown.getMessage());
    int kept = byCell(stored("out")).size();
    assertTrue(kept >= 2 && kept < CELLS, kept + "");
  }

  @Test
  void aLostDeviceFailsWhatItHasInHandAndNoMore() {
    Notes losing =
        new Notes() {
          @Override
          public void working(String what) {
            if (what.matches(".*cuda:1: .* svd .*")) {
              Emulator.setLost(1, true);
            }
          }
        };
    List<RunRow> rows = runOn("out", TWO, losing);
    assertEquals(CELLS, byCell(rows).size());
    List<RunRow> failed = failed(rows);
    // A variant that is made for all tasks is in hand at once.
    assertTrue(!failed.isEmpty() && failed.size() <= 2, failed.size() + " failed");
    assertEquals(Set.of("cuda:1"), devices(failed));
    assertTrue(failed.get(0).get(RunColumns.ERROR).contains("719"), failed + "");
    String note = "cuda:1 is lost: what it is given fails from now on; other devices run its cells";
    assertTrue(notes.contains(note), notes + "");
    // Failed cells are run again by the next call.
    Emulator.setLost(1, false);
    List<RunRow> again = runOn("out", TWO, new Notes());
    assertEquals(failed.size(), again.size());
    assertEquals(List.of(), failed(again));
    assertEquals(CELLS, runner.table().size());
    assertEquals(List.of(), runOn("out", TWO, new Notes()), "all is done");
  }

  @Test
  void withoutAnyDeviceEveryCellHasARowThatSaysSo() {
    Notes losing =
        new Notes() {
          @Override
          public void finished(String cell) {
            Emulator.setLost(0, true);
            Emulator.setLost(1, true);
          }
        };
    List<RunRow> rows = runOn("out", TWO, losing);
    assertEquals(CELLS, byCell(rows).size());
    List<String> errors = failed(rows).stream().map(row -> row.get(RunColumns.ERROR)).toList();
    assertTrue(errors.size() >= CELLS - 2, errors + "");
    // Two variants at the most were in hand.
    assertTrue(
        errors.stream()
                .filter(error -> error.matches("not run, as cuda:\\d, cuda:\\d are lost"))
                .count()
            >= CELLS - 2 * TASKS,
        errors + "");
    restore();
    Emulator.setDevices(2);
    rows = runOn("one", List.of("cuda:1"), losing);
    assertEquals("not run, as cuda:1 is lost", rows.get(CELLS - 1).get(RunColumns.ERROR));
  }

  @Test
  void aModelThatOneDeviceCannotHoldIsTheOthers() {
    budgets = List.of(0.5);
    try (Device first = open("cuda:0");
        Device second = open("cuda:1");
        Scope taken = second.openScope()) {
      second.synchronize();
      Emulator.setDeviceMemory(32 << 20);
      taken.allocate(DType.U8, (32 << 20) - 4096);
      List<RunRow> rows = run("full", List.of(first, second), new Notes());
      assertEquals(TASKS * 2, byCell(rows).size());
      assertEquals(List.of(), failed(rows));
      assertEquals(Set.of("cuda:0"), devices(rows));
      assertTrue(
          notes.stream().anyMatch(line -> line.startsWith("cuda:1 ran no cell of model ")),
          notes + "");
    }
  }

  @Test
  void aModelThatNoDeviceCanLoadIsRefusedOnceAndNothingIsWritten() throws IOException {
    Files.writeString(folder.resolve("bert/config.json"), "{");
    InputException thrown =
        assertThrows(InputException.class, () -> runOn("out", TWO, new Notes()));
    assertTrue(thrown.getMessage().contains("config.json"), thrown.getMessage());
    assertFalse(Files.exists(folder.resolve("out")));
    assertEquals(List.of(), notes);
  }

  private class Notes implements SweepListener {
    @Override
    public void note(String line) {
      notes.add(line);
    }
  }

  private static Device open(String id) {
    return Devices.open(id, new DeviceOptions(1), line -> {});
  }

  private List<RunRow> runOn(String out, List<String> ids, Notes listener) {
    List<Device> devices = new ArrayList<>();
    try {
      ids.forEach(id -> devices.add(open(id)));
      return run(out, devices, listener);
    } finally {
      devices.forEach(Device::close);
    }
  }

  private List<RunRow> run(String out, List<Device> devices, Notes listener) {
    SweepConfig config =
        new SweepConfig(
            List.of(folder.resolve("bert").toString()),
            List.of("sst2", "rte"),
            methods,
            budgets.stream().<Budget>map(Budget.Keep::new).toList(),
            List.of(Allocation.UNIFORM),
            List.of(Recovery.NONE),
            8,
            List.of(0L),
            List.of(),
            String.join(",", devices.stream().map(Device::id).toList()),
            "fp32",
            1,
            LatencyKind.FORWARD,
            1,
            2,
            new RoundRule(1, 2, 0, 0),
            false,
            32,
            0,
            Gpt2Options.DEFAULT,
            folder.resolve("glue"),
            TextSource.NONE,
            folder.resolve(out),
            KeptPredictions.AUTO,
            List.of(),
            List.of());
    SweepRecord record =
        new SweepRecord("run of " + System.nanoTime(), List.of(config), Shard.WHOLE, List.of());
    runner =
        new SweepRunner(config, List.copyOf(devices), folder.resolve("cache of " + out), listener);
    return runner.run(record);
  }

  private List<RunRow> stored(String out) {
    return ResultsCsv.RUNS.read(folder.resolve(out).resolve("runs.csv"));
  }

  private Map<String, RunRow> byCell(List<RunRow> rows) {
    Map<String, RunRow> byCell = new HashMap<>();
    rows.forEach(
        row -> assertEquals(null, byCell.put(row.get(RunColumns.CELL_ID), row), "a cell twice"));
    return byCell;
  }

  private static Set<String> devices(List<RunRow> rows) {
    Set<String> devices = new HashSet<>();
    rows.forEach(row -> devices.add(row.get(MachineColumns.DEVICE)));
    return devices;
  }

  private List<RunRow> failed(List<RunRow> rows) {
    return rows.stream().filter(RunRow::failed).toList();
  }
}
