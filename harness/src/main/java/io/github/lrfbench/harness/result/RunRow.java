package io.github.lrfbench.harness.result;

/**
 * One row of {@code runs.csv}: what a cell of the grid gave. Immutable; columns that do not apply
 * have no value.
 */
public final class RunRow {
  /** The value of {@link RunColumns#STATUS} of a cell that was finished. */
  public static final String OK = "ok";

  /** The value of {@link RunColumns#STATUS} of a cell that threw. */
  public static final String FAILED = "failed";

  /** The value of {@link RunColumns#RUNTIME} of our own rows. */
  public static final String LRFBENCH = "lrfbench";

  /** The value of {@link RunColumns#STATUS} of a cell that was not run, and why is known. */
  public static final String SKIPPED = "skipped";

  private final Cells cells;

  private RunRow(Cells cells) {
    this.cells = cells;
  }

  /** A row that has only its schema number so far. */
  public static Builder builder() {
    return new Builder(Cells.empty().set(RunColumns.SCHEMA, RunColumns.TABLE.version()));
  }

  static RunRow of(Cells cells) {
    return new Builder(cells).build();
  }

  Cells cells() {
    return cells;
  }

  /** The value in a column, or null if the column does not apply. */
  public <T> T get(Column<T> column) {
    return cells.get(column);
  }

  /** True if another runtime ran the timed calls. */
  public boolean ofPeer() {
    String runtime = get(RunColumns.RUNTIME);
    return runtime != null && !runtime.equals(LRFBENCH);
  }

  /**
   * The kind of its device, {@code cpu} or {@code cuda}: GPUs of a name are alike. Null if unknown.
   */
  public String deviceKind() {
    String device = get(MachineColumns.DEVICE);
    return device == null ? null : MachineColumns.kind(device);
  }

  /** True if it is of a cell beside another: run by a peer, or stopping at early exits. */
  public boolean isBeside() {
    return ofPeer() || get(ExitColumns.EXIT) != null;
  }

  /** True if the cell has no result: it threw, or was not run. */
  public boolean failed() {
    return !OK.equals(get(RunColumns.STATUS));
  }

  /** What a reader is told of a cell that has no result: that it failed, and why. */
  public String failure() {
    return get(RunColumns.STATUS) + ": " + get(RunColumns.ERROR);
  }

  /** A builder that starts from this row. */
  public Builder toBuilder() {
    return new Builder(cells.copy());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RunRow row && cells.equals(row.cells);
  }

  @Override
  public int hashCode() {
    return cells.hashCode();
  }

  @Override
  public String toString() {
    return "RunRow" + cells;
  }

  /** Collects the values of a row. */
  public static final class Builder {
    private final Cells cells;

    private Builder(Cells cells) {
      this.cells = cells;
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

    /**
     * The row.
     *
     * @throws IllegalArgumentException if it lacks the run, the cell or the status
     */
    public RunRow build() {
      cells.require(RunColumns.RUN_ID);
      cells.require(RunColumns.CELL_ID);
      cells.require(RunColumns.STATUS);
      return new RunRow(cells.copy());
    }
  }
}
