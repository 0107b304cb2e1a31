package io.github.lrfbench.harness.result;

import java.util.List;

/** The columns of {@code latencies.csv}: one row per timed call. New ones go to the end. */
public final class SampleColumns {
  public static final Column<String> RUN_ID = LayerColumns.RUN_ID;

  public static final Column<String> CELL_ID =
      Column.text(
          "cell_id",
          "The cell, as in runs.csv. Tasks that share a compressed model share its calls.");

  public static final Column<Long> ROUND =
      Column.integer(
          "round",
          "",
          "The round, from 0. In a round the calls of the two models take turns; speedup_low and "
              + "speedup_high are from how the rounds differ.");

  public static final Column<String> SUBJECT =
      Column.text(
          "subject",
          "Whose call it was: own, of the cell's model, or dense, of the dense model beside it, "
              + "which the cells of the dense model itself lack; in cells of a peer own, the peer's, or "
              + "lrfbench, ours of the same model; in cells with early exits whole, too, a pass of the same "
              + "compressed model that does not stop.");

  public static final Column<Long> CALL =
      Column.integer(
          "call",
          "",
          "Which of the subject's calls in the round, from 0; the warm-up is left out.");

  public static final Column<Double> MS = Column.number("ms", "ms", "Time of the call.");

  /** The table: every column in the order of the file. */
  public static final TableSchema TABLE =
      new TableSchema(
          "latencies.csv", 1, List.of(Column.SCHEMA, RUN_ID, CELL_ID, ROUND, SUBJECT, CALL, MS));

  private SampleColumns() {}
}
