package io.github.lrfbench.harness.report.table;

import java.util.ArrayList;
import java.util.List;

/**
 * A table as data.
 *
 * @param name by which users ask for it
 * @param title a sentence that says what it shows
 * @param headings the columns; keys come first
 * @param rows as many cells each as there are columns
 * @param notes sentences below it: what was left out, and what its marks mean
 */
public record Table(
    String name, String title, List<Heading> headings, List<List<Cell>> rows, List<String> notes) {
  /** Copies the lists. */
  public Table {
    headings = List.copyOf(headings);
    rows = rows.stream().map(List::copyOf).toList();
    notes = List.copyOf(notes);
    for (List<Cell> row : rows) {
      if (row.size() != headings.size()) {
        throw new IllegalArgumentException(row.size() + " cells, " + headings.size() + " columns");
      }
    }
  }

  /** How many columns at the left are keys. */
  int keys() {
    return (int) headings.stream().takeWhile(heading -> heading.kind() == Heading.Kind.KEY).count();
  }

  /** The rows, of which keys are empty that are those of the row above. */
  List<List<Cell>> rowsForPeople() {
    List<List<Cell>> shown = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      List<Cell> row = new ArrayList<>(rows.get(i));
      for (int k = 0; k < keys() && i > 0 && looksLikeAbove(i, k); k++) {
        row.set(k, Cell.EMPTY);
      }
      shown.add(row);
    }
    return shown;
  }

  private boolean looksLikeAbove(int row, int column) {
    return rows.get(row).get(column).shown().equals(rows.get(row - 1).get(column).shown());
  }
}
