package io.github.lrfbench.harness.result;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Appends finished cells to the {@code runs.csv}, {@code layers.csv} and {@code latencies.csv} of
 * an output directory.
 *
 * <p>A cell's layers and samples are written before its row in {@code runs.csv}, and that row is
 * what makes the cell finished. Those of a cell that never got its row, because the process was
 * killed in between, are dropped when the directory is opened again; so no cell is torn or doubled.
 * Its predictions, where there are some, are written before all these ({@link CellPredictions}).
 * Threads that append wait for each other.
 */
public final class ResultsWriter implements Closeable {
  private final List<RunRow> rows = new ArrayList<>();

  /** Of what earlier runs wrote: numbers in the matrices of each cell. */
  private final Map<List<String>, Long> matrixParameters = new HashMap<>();

  private final Path directory;
  private final Path layersPath;
  private final CsvAppender runs;
  private final CsvAppender layers;
  private final CsvAppender samples;

  private ResultsWriter(
      Path directory, Path layersPath, CsvAppender runs, CsvAppender layers, CsvAppender samples) {
    this.directory = directory;
    this.layersPath = layersPath;
    this.runs = runs;
    this.layers = layers;
    this.samples = samples;
  }

  /**
   * Opens the files, made by an earlier run or new.
   *
   * @throws InputException if one cannot be written, holds something else or is being written by
   *     another run
   */
  public static ResultsWriter open(Path directory) {
    Path runsPath = directory.resolve(RunColumns.TABLE.file());
    Path layersPath = directory.resolve(LayerColumns.TABLE.file());
    CsvAppender runs = CsvAppender.openLines(runsPath, RunColumns.TABLE.header());
    CsvAppender layers = null;
    CsvAppender samples = null;
    try {
      layers = CsvAppender.openLines(layersPath, LayerColumns.TABLE.header());
      Path samplesPath = directory.resolve(SampleColumns.TABLE.file());
      samples = CsvAppender.openLines(samplesPath, SampleColumns.TABLE.header());
      ResultsWriter writer = new ResultsWriter(directory, layersPath, runs, layers, samples);
      writer.rows.addAll(ResultsCsv.RUNS.read(runsPath));
      writer.dropUnfinished(samplesPath);
      return writer;
    } catch (RuntimeException e) {
      runs.close();
      if (layers != null) {
        layers.close();
      }
      if (samples != null) {
        samples.close();
      }
      throw e;
    }
  }

  /** The rows of {@code runs.csv} now: those of earlier runs, then those appended since. */
  public synchronized List<RunRow> rows() {
    return List.copyOf(rows);
  }

  /** Appends a cell of which no call was timed and no prediction is kept. */
  public void append(RunRow run, List<LayerRow> matrices) {
    append(run, matrices, List.of(), List.of());
  }

  /**
   * Appends a cell.
   *
   * @param calls those that its latency comes from
   * @param predictions for its examples; none where they are not kept
   * @throws OutputException if the disk does not take it; all tables are then as they were
   */
  public synchronized void append(
      RunRow run, List<LayerRow> matrices, List<SampleRow> calls, List<Prediction> predictions) {
    try {
      CellPredictions.write(directory, run.get(RunColumns.CELL_ID), predictions);
    } catch (IOException e) {
      throw new OutputException(
          directory.resolve(CellPredictions.FOLDER)
              + ": cannot be written: "
              + OneLine.reason(e)
              + "; the rows before are there",
          e);
    }
    long layersBefore = layers.length();
    long samplesBefore = samples.length();
    try {
      if (!matrices.isEmpty()) {
        layers.appendAll(matrices.stream().map(ResultsCsv.LAYERS::print).toList());
      }
      if (!calls.isEmpty()) {
        samples.appendAll(calls.stream().map(ResultsCsv.SAMPLES::print).toList());
      }
      runs.append(ResultsCsv.RUNS.print(run));
    } catch (OutputException e) {
      try {
        layers.truncate(layersBefore);
        samples.truncate(samplesBefore);
      } catch (InputException alsoFailed) {
        // Then they are dropped when the directory is opened again.
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
    rows.add(run);
  }

  /**
   * A line on finished cells of which {@code layers.csv} lacks matrices; nothing if it has all. The
   * matrices of a cell have as many numbers together as its row says.
   */
  public synchronized Optional<String> incomplete() {
    List<String> cells = new ArrayList<>();
    for (RunRow row : rows) {
      Long all = row.get(SizeColumns.LINEAR_PARAMS_DENSE);
      // The matrices of a model with exits are those of the cell without them.
      boolean compressed =
          !row.failed()
              && row.get(RunColumns.RANK_MIN) != null
              && row.get(ExitColumns.EXIT) == null;
      if (compressed && all != null && all > matrixParameters.getOrDefault(cellOf(row), 0L)) {
        cells.add(row.get(RunColumns.CELL_ID));
      }
    }
    return cells.isEmpty()
        ? Optional.empty()
        : Optional.of(
            layersPath
                + ": lacks matrices of "
                + cells.size()
                + " finished cells, the first is "
                + cells.get(0)
                + "; without their rows in "
                + RunColumns.TABLE.file()
                + " they are run again");
  }

  @Override
  public synchronized void close() {
    runs.close();
    layers.close();
    samples.close();
  }

  private void dropUnfinished(Path samplesPath) {
    Set<List<String>> finished = new HashSet<>();
    for (RunRow row : rows) {
      finished.add(cellOf(row));
    }
    List<LayerRow> matrices = ResultsCsv.LAYERS.read(layersPath);
    matrices.forEach(row -> matrixParameters.merge(cellOf(row), row.paramsDense(), Long::sum));
    dropUnfinished(layersPath, layers, matrices, ResultsWriter::cellOf, finished);
    dropUnfinished(
        samplesPath,
        samples,
        ResultsCsv.SAMPLES.read(samplesPath),
        call -> List.of(call.runId(), call.cellId()),
        finished);
  }

  private static <R> void dropUnfinished(
      Path path,
      CsvAppender file,
      List<R> rows,
      Function<R, List<String>> cell,
      Set<List<String>> finished) {
    int kept = rows.size();
    while (kept > 0 && !finished.contains(cell.apply(rows.get(kept - 1)))) {
      kept--;
    }
    if (kept < rows.size()) {
      try {
        file.truncate(CsvRecords.ends(path).get(kept));
      } catch (IOException e) {
        throw new InputException(path + ": cannot be read: " + OneLine.reason(e), e);
      }
    }
  }

  private static List<String> cellOf(RunRow row) {
    return List.of(row.get(RunColumns.RUN_ID), row.get(RunColumns.CELL_ID));
  }

  private static List<String> cellOf(LayerRow matrix) {
    return List.of(matrix.runId(), matrix.cellId());
  }
}
