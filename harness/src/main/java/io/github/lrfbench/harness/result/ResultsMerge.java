package io.github.lrfbench.harness.result;

import io.github.lrfbench.harness.input.LockFile;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Joins the results of several runs, such as the shards of a sweep. Of cells that several runs
 * hold, one that succeeded is kept; that two of them disagree in what they measured, other than
 * times, is an error.
 */
public final class ResultsMerge {
  /** What the same cell must give wherever it runs. */
  private static final List<Column<?>> DECISIVE =
      List.of(
          RunColumns.MODEL_REVISION,
          RunColumns.TASK,
          RunColumns.DATA_HASH,
          RunColumns.EXAMPLES,
          RunColumns.METHOD,
          RunColumns.METHOD_PARAMS,
          SizeColumns.PARAMS,
          ScoreColumns.METRIC);

  /** Metrics of one cell may differ by as much as other threads or processors round. */
  private static final double TOLERANCE = 1e-3;

  private record Found(RunRow row, Path file) {}

  private final Map<String, Found> cells = new LinkedHashMap<>();
  private final CellParts<LayerRow> layers =
      new CellParts<>(ResultsCsv.LAYERS, row -> List.of(row.runId(), row.cellId()));
  private final CellParts<SampleRow> samples =
      new CellParts<>(ResultsCsv.SAMPLES, row -> List.of(row.runId(), row.cellId()));
  private final DataAgreement data = new DataAgreement();
  private int read;

  /**
   * Adds what is found at a place.
   *
   * @param place a {@code runs.csv}, a directory that holds one, or one whose folders do
   * @throws InputException if there is none, it cannot be read or contradicts what was added before
   */
  public void add(Path place) {
    if (Files.isRegularFile(place)) {
      addFile(place);
      return;
    }
    List<Path> files = new ArrayList<>();
    if (Files.isRegularFile(place.resolve(RunColumns.TABLE.file()))) {
      files.add(place.resolve(RunColumns.TABLE.file()));
    } else if (Files.isDirectory(place)) {
      try (Stream<Path> folders = Files.list(place)) {
        folders
            .map(folder -> folder.resolve(RunColumns.TABLE.file()))
            .filter(Files::isRegularFile)
            .sorted()
            .forEach(files::add);
      } catch (IOException e) {
        throw new InputException(place + ": cannot be read: " + OneLine.reason(e), e);
      }
    } else {
      throw new InputException(place + ": no such file or directory");
    }
    if (files.isEmpty()) {
      throw new InputException(
          place + ": there is no " + RunColumns.TABLE.file() + " in it or its folders");
    }
    files.forEach(this::addFile);
  }

  private void addFile(Path file) {
    for (RunRow row : ResultsCsv.RUNS.read(file)) {
      read++;
      String cell = row.get(RunColumns.CELL_ID);
      Found known = cells.get(cell);
      if (known != null && !known.row.failed() && !row.failed()) {
        requireAgreement(known, new Found(row, file));
      }
      requireSameData(row, file);
      if (known == null || known.row.failed()) {
        cells.put(cell, new Found(row, file));
      }
    }
    layers.addBeside(file);
    samples.addBeside(file);
  }

  private static void requireAgreement(Found one, Found other) {
    for (Column<?> column : DECISIVE) {
      Object a = one.row.get(column);
      Object b = other.row.get(column);
      if (!agree(a, b)) {
        throw new InputException(
            String.format(
                "%s and %s disagree on %s of cell %s: %s and %s",
                one.file, other.file, column.name(), one.row.get(RunColumns.CELL_ID), a, b));
      }
    }
  }

  private void requireSameData(RunRow row, Path file) {
    data.add(row)
        .ifPresent(
            conflict -> {
              throw new InputException(
                  String.format(
                      "%s: cell %s of %s has another %s than cell %s of what was read before; merge"
                          + " results of the same data",
                      file,
                      row.get(RunColumns.CELL_ID),
                      row.get(RunColumns.TASK),
                      conflict.column().name(),
                      conflict.earlier().get(RunColumns.CELL_ID)));
            });
  }

  private static boolean agree(Object a, Object b) {
    if (isUndefined(a) || isUndefined(b)) {
      return isUndefined(a) && isUndefined(b);
    }
    return a.equals(b)
        || a instanceof Double x
            && b instanceof Double y
            && Math.abs(x - y) <= TOLERANCE * Math.max(1, Math.abs(x));
  }

  /** Earlier versions wrote what is undefined as a NaN. */
  private static boolean isUndefined(Object value) {
    return value == null || value instanceof Double number && number.isNaN();
  }

  /** Rows read so far, repeated ones included. */
  public int read() {
    return read;
  }

  /** One row for every cell, in the order in which cells were first seen. */
  public List<RunRow> rows() {
    return cells.values().stream().map(Found::row).toList();
  }

  /**
   * Writes {@code runs.csv}, {@code layers.csv}, {@code latencies.csv} and the predictions of the
   * cells whose own run has kept them, each file whole or not at all. What is killed in between can
   * be done again: only {@code runs.csv}, the last to appear, makes them results.
   *
   * @param directory made if it is absent
   * @throws InputException if there are no rows, or it holds other results or cannot be written
   */
  public void write(Path directory) {
    if (cells.isEmpty()) {
      throw new InputException("nothing to merge: there is no whole row in what was given");
    }
    OutputDirectory.prepare(directory);
    Path runsFile = directory.resolve(RunColumns.TABLE.file());
    byte[] runs = ResultsCsv.RUNS.file(rows());
    try (LockFile lock = CsvAppender.lock(runsFile)) {
      if (Files.exists(runsFile)) {
        throw holdsOthers(runsFile);
      }
      layers.requireNoOthers(directory, rows());
      samples.requireNoOthers(directory, rows());
      for (Found found : cells.values()) {
        CellPredictions.copy(
            found.file.toAbsolutePath().getParent(), directory, found.row.get(RunColumns.CELL_ID));
      }
      layers.write(directory, rows());
      samples.write(directory, rows());
      FileReplacement.write(runsFile, runs);
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be written: " + OneLine.reason(e), e);
    }
  }

  static InputException holdsOthers(Path file) {
    return new InputException(
        file.toAbsolutePath().getParent()
            + ": holds a "
            + file.getFileName()
            + " already; give a new directory");
  }
}
