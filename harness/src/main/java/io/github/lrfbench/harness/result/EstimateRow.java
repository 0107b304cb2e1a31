package io.github.lrfbench.harness.result;

import java.util.List;

/**
 * One row of what {@code estimate} writes: a prediction, not a measurement. Immutable; columns that
 * do not apply have no value.
 */
public final class EstimateRow {
  /** What a {@link EstimateColumns#ESTIMATE} is of. */
  public static final String MODEL = "model";

  public static final String BREAK_EVEN = "break_even";
  public static final String MEASURED = "measured";

  private final Cells cells;

  private EstimateRow(Cells cells) {
    this.cells = cells;
  }

  /** A row that has only its schema number so far. */
  public static Builder builder() {
    return new Builder(Cells.empty().set(EstimateColumns.SCHEMA, EstimateColumns.TABLE.version()));
  }

  static EstimateRow of(Cells cells) {
    cells.require(EstimateColumns.ESTIMATE);
    return new EstimateRow(cells);
  }

  Cells cells() {
    return cells;
  }

  /** The value in a column, or null if the column does not apply. */
  public <T> T get(Column<T> column) {
    return cells.get(column);
  }

  /** The cells as text, in the order of the columns. */
  public List<String> print() {
    return ResultsCsv.ESTIMATES.print(this);
  }

  /** Collects the values of a row. */
  public static final class Builder {
    private final Cells cells;

    private Builder(Cells cells) {
      this.cells = cells;
    }

    /** Another with the same values. */
    public Builder copy() {
      return new Builder(cells.copy());
    }

    /** Sets the value in a column; null means that the column does not apply. */
    public <T> Builder set(Column<T> column, T value) {
      cells.set(column, value);
      return this;
    }

    /** Sets a whole number. */
    public Builder set(Column<Long> column, long value) {
      return set(column, Long.valueOf(value));
    }

    /** The row. */
    public EstimateRow build() {
      return of(cells.copy());
    }
  }
}
