package io.github.lrfbench.harness.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The rows of a table that lies beside {@code runs.csv} and has several rows for a cell, gathered
 * from several runs.
 *
 * @param <R> the type of a row
 */
final class CellParts<R> {
  private final ResultsCsv<R> table;
  private final Function<R, List<String>> cell;
  private final Map<List<String>, List<R>> parts = new LinkedHashMap<>();

  /**
   * No rows yet.
   *
   * @param cell the run and the cell of a row
   */
  CellParts(ResultsCsv<R> table, Function<R, List<String>> cell) {
    this.table = table;
    this.cell = cell;
  }

  /** Adds the rows of the file beside a {@code runs.csv}, if there is one. */
  void addBeside(Path runs) {
    Path file = runs.resolveSibling(table.schema().file());
    if (Files.isRegularFile(file)) {
      Map<List<String>, List<R>> own = new LinkedHashMap<>();
      for (R row : table.read(file)) {
        own.computeIfAbsent(cell.apply(row), key -> new ArrayList<>()).add(row);
      }
      own.forEach(parts::putIfAbsent);
    }
  }

  /**
   * Rows alone are what a call wrote before it was killed, unless they are of other cells.
   *
   * @throws io.github.lrfbench.kernels.InputException if a directory holds such
   */
  void requireNoOthers(Path directory, List<RunRow> runs) {
    Path file = directory.resolve(table.schema().file());
    if (Files.exists(file) && !Set.copyOf(of(runs)).containsAll(table.read(file))) {
      throw ResultsMerge.holdsOthers(file);
    }
  }

  /** Writes those of the cells of some rows. */
  void write(Path directory, List<RunRow> runs) throws IOException {
    FileReplacement.write(directory.resolve(table.schema().file()), table.file(of(runs)));
  }

  private List<R> of(List<RunRow> runs) {
    List<R> rows = new ArrayList<>();
    for (RunRow row : runs) {
      List<String> key = List.of(row.get(RunColumns.RUN_ID), row.get(RunColumns.CELL_ID));
      rows.addAll(parts.getOrDefault(key, List.of()));
    }
    return rows;
  }
}
