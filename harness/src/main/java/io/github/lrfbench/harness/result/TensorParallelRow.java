package io.github.lrfbench.harness.result;

import java.util.List;

/**
 * One row of what {@code tensor-parallel} finds: a model over some shards, with one link between
 * them. Immutable; columns that do not apply have no value.
 */
public final class TensorParallelRow {
  private final Cells cells;

  private TensorParallelRow(Cells cells) {
    this.cells = cells;
  }

  /** A row that has only its schema number so far. */
  public static Builder builder() {
    return new Builder(
        Cells.empty().set(TensorParallelColumns.SCHEMA, TensorParallelColumns.TABLE.version()));
  }

  static TensorParallelRow of(Cells cells) {
    cells.require(TensorParallelColumns.MODEL);
    cells.require(TensorParallelColumns.SHARDS);
    cells.require(TensorParallelColumns.TOKENS);
    return new TensorParallelRow(cells);
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
    return ResultsCsv.TENSOR_PARALLEL.print(this);
  }

  /** Collects the values of a row. */
  public static final class Builder extends RowBuilder<Builder> {
    private Builder(Cells cells) {
      super(cells);
    }

    /** Another with the same values. */
    public Builder copy() {
      return new Builder(cells().copy());
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * The row.
     *
     * @throws IllegalArgumentException if it lacks what every row has
     */
    public TensorParallelRow build() {
      return of(cells().copy());
    }
  }
}
