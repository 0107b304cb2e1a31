package io.github.lrfbench.spark;

import io.github.lrfbench.harness.cli.Natives;
import io.github.lrfbench.harness.cli.SweepLine;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.sweep.IdentifiedCell;
import io.github.lrfbench.harness.sweep.Shard;
import io.github.lrfbench.harness.sweep.SweepConfig;
import io.github.lrfbench.harness.sweep.SweepListener;
import io.github.lrfbench.harness.sweep.SweepRecord;
import io.github.lrfbench.harness.sweep.SweepRunner;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * {@code sweep} on a cluster: the driver deals out cells that the output directory does not hold
 * yet, a job of one task each, and appends the rows of each as it comes back. Its arguments are
 * those of {@code sweep}. A task that is lost with its executor is tried again by Spark; one that
 * is lost {@code spark.task.maxFailures} times is a failed row, and the others go on.
 */
public final class SparkSweep {
  private static final int MOST_AT_ONCE = 64;

  private final JavaSparkContext spark;
  private final List<SweepLine> lines;
  private final List<String> arguments;
  private final String runId = OutputDirectory.newRunId(Instant.now());

  /** A cell and the grid that it is of. */
  private record Open(SweepLine line, IdentifiedCell cell) {}

  SparkSweep(JavaSparkContext spark, List<String> arguments) {
    this.spark = spark;
    this.arguments = arguments;
    this.lines = SweepLine.all(arguments);
  }

  /** Runs a sweep; the exit code is that of {@code sweep}. */
  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ROOT);
    Natives.configure();
    int code;
    SparkConf conf = new SparkConf().setIfMissing("spark.app.name", "lrfbench sweep");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      List<RunRow> rows = new SparkSweep(spark, List.of(arguments)).run();
      code = rows.stream().anyMatch(RunRow::failed) ? 1 : 0;
    } catch (InputException e) {
      System.err.println("lrfbench: " + e.getMessage());
      code = 2;
    }
    System.exit(code);
  }

  /** The rows of this call. */
  List<RunRow> run() {
    List<SweepConfig> configs = lines.stream().map(line -> line.config(runId)).toList();
    Path out = configs.get(0).out();
    SweepRecord record =
        new SweepRecord(runId, configs, Shard.WHOLE, arguments, SweepLine.file(arguments));
    OutputDirectory.check(out);
    boolean usesGpus = SparkGpus.areAsked(spark.getConf());
    try (Device device = Devices.open("cpu", new DeviceOptions(0), line -> {})) {
      List<Open> cells = new ArrayList<>();
      for (int i = 0; i < configs.size(); i++) {
        SweepLine line = lines.get(i);
        new SweepRunner(configs.get(i), device, Natives.cacheFolder(), new Notes())
            .identify(record, usesGpus ? "cuda" : deviceKind(configs.get(i)))
            .forEach(cell -> cells.add(new Open(line, cell)));
      }
      OutputDirectory.prepare(out);
      try (ResultsWriter writer = ResultsWriter.open(out)) {
        record.writeStart(List.of(device));
        int before = writer.rows().size();
        runOpen(cells, writer);
        List<RunRow> all = writer.rows();
        List<RunRow> rows = List.copyOf(all.subList(before, all.size()));
        record.writeEnd(List.of(device), rows);
        System.err.println(rows.size() + " rows written to " + out);
        return rows;
      }
    }
  }

  private static String deviceKind(SweepConfig config) {
    return config.device().startsWith("cuda") ? "cuda" : "cpu";
  }

  private void runOpen(List<Open> cells, ResultsWriter writer) {
    Set<String> done = new HashSet<>();
    for (RunRow row : writer.rows()) {
      if (!row.failed()) {
        done.add(row.get(RunColumns.CELL_ID));
      }
    }
    // Grids may share cells.
    List<Open> open = cells.stream().filter(cell -> done.add(cell.cell().id())).toList();
    int threads = Math.max(1, Math.min(MOST_AT_ONCE, open.size()));
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      ExecutorCompletionService<Void> service = new ExecutorCompletionService<>(pool);
      open.forEach(
          cell ->
              service.submit(
                  () -> {
                    runOne(cell, writer);
                    return null;
                  }));
      for (int i = 0; i < open.size(); i++) {
        service.take().get();
        System.err.println("sweep: " + (i + 1) + "/" + open.size());
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InputException input) {
        throw input;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } finally {
      pool.shutdownNow();
    }
  }

  /** One cell is a job of its own, so that one that takes its executor along stops no other. */
  private void runOne(Open open, ResultsWriter writer) throws IOException {
    IdentifiedCell cell = open.cell();
    CellWork work =
        new CellWork(
            new ArrayList<>(open.line().arguments()),
            runId,
            cell.id(),
            cell.model(),
            cell.task(),
            CellRows.of(memoryFailures(open, writer)));
    try {
      CellRows rows =
          spark.parallelize(List.of(work), 1).map(sent -> sent.run(device())).collect().get(0);
      synchronized (writer) {
        rows.appendTo(writer, runId);
      }
    } catch (Exception e) {
      if (!(e instanceof SparkException)) {
        throw e;
      }
      synchronized (writer) {
        writer.append(cell.lost("lost by Spark: " + e.getMessage()), List.of());
      }
    }
  }

  /** What the executor must know to skip the cell where it is certain to run out of memory. */
  private List<RunRow> memoryFailures(Open open, ResultsWriter writer) {
    synchronized (writer) {
      return writer.rows().stream()
          .filter(RunRow::failed)
          .filter(
              row ->
                  RunRow.SKIPPED.equals(row.get(RunColumns.STATUS))
                      || row.get(RunColumns.EXTRA) != null)
          .filter(row -> !open.line().retriesMemory() || row.get(RunColumns.RUN_ID).equals(runId))
          .map(row -> row.toBuilder().set(RunColumns.RUN_ID, "earlier").build())
          .toList();
    }
  }

  /** On an executor: the GPU that Spark gave to this task, else the processor. */
  private static String device() {
    return SparkGpus.device(
        TaskContext.get().resourcesJMap(), System.getenv("CUDA_VISIBLE_DEVICES"));
  }

  /** Tells the driver's user what of the input is worth knowing. */
  private static final class Notes implements SweepListener {
    @Override
    public void note(String line) {
      System.err.println(line);
    }
  }
}
