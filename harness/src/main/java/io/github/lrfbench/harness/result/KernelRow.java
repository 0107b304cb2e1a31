package io.github.lrfbench.harness.result;

import java.util.List;

/**
 * One row of what {@code kernels} measures: a kernel at one size. Immutable; columns that do not
 * apply have no value.
 */
public final class KernelRow {
  /** What a {@link KernelColumns#KIND} of row is. */
  public static final String GEMM = "gemm";

  public static final String DENSE_MATMUL = "dense_matmul";
  public static final String LOWRANK_MATMUL = "lowrank_matmul";
  public static final String LOWRANK_TWO_PRODUCTS = "lowrank_two_products";
  public static final String BREAK_EVEN = "break_even";
  public static final String SVD = "svd";
  public static final String STREAM = "stream";
  public static final String GELU = "gelu";
  public static final String LAUNCH = "launch";

  /** The {@link KernelColumns#BREAK_EVEN_VERDICT} of a crossing that was seen. */
  public static final String FOUND = "found";

  private final Cells cells;

  private KernelRow(Cells cells) {
    this.cells = cells;
  }

  /** A row that has only its schema number so far. */
  public static Builder builder() {
    return new Builder(Cells.empty().set(KernelColumns.SCHEMA, KernelColumns.TABLE.version()));
  }

  static KernelRow of(Cells cells) {
    String kind = cells.require(KernelColumns.KIND);
    cells.require(KernelColumns.ROWS);
    cells.require(KernelColumns.COLS);
    if (kind.equals(SVD)) {
      cells.require(KernelColumns.SVD_ALGORITHM);
    } else {
      cells.require(KernelColumns.BATCH_ROWS);
    }
    if (kind.equals(STREAM)) {
      cells.require(KernelColumns.GB_PER_S);
    }
    if (kind.equals(GELU)) {
      cells.require(KernelColumns.GFLOP_PER_S);
    }
    if (kind.equals(LAUNCH)) {
      cells.require(KernelColumns.MS_PER_MATRIX);
    }
    if (List.of(SVD, LOWRANK_MATMUL, LOWRANK_TWO_PRODUCTS).contains(kind)) {
      cells.require(KernelColumns.RANK);
    }
    return new KernelRow(cells);
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
    return ResultsCsv.KERNELS.print(this);
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
     * @throws IllegalArgumentException if it lacks its kind, or what every row of that has
     */
    public KernelRow build() {
      return of(cells().copy());
    }
  }
}
