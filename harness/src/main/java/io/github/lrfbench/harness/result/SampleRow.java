package io.github.lrfbench.harness.result;

/**
 * One row of {@code latencies.csv}: a timed call.
 *
 * @param runId the run
 * @param cellId the cell
 * @param round from 0
 * @param subject {@link #OWN}, {@link #DENSE} or {@link #LRFBENCH}
 * @param call of the subject in the round, from 0
 * @param ms its time
 */
public record SampleRow(
    String runId, String cellId, long round, String subject, long call, double ms) {
  /** The cell's model. */
  public static final String OWN = "own";

  /** The dense model, timed in turns with it. */
  public static final String DENSE = "dense";

  /** Our run of the same model, timed in turns with a peer's. */
  public static final String LRFBENCH = RunRow.LRFBENCH;

  /** Whole passes of the same model, timed in turns with those that stop early. */
  public static final String WHOLE = "whole";

  static SampleRow of(Cells cells) {
    return new SampleRow(
        cells.require(SampleColumns.RUN_ID),
        cells.require(SampleColumns.CELL_ID),
        cells.require(SampleColumns.ROUND),
        cells.require(SampleColumns.SUBJECT),
        cells.require(SampleColumns.CALL),
        cells.require(SampleColumns.MS));
  }

  Cells cells() {
    return Cells.empty()
        .set(Column.SCHEMA, SampleColumns.TABLE.version())
        .set(SampleColumns.RUN_ID, runId)
        .set(SampleColumns.CELL_ID, cellId)
        .set(SampleColumns.ROUND, round)
        .set(SampleColumns.SUBJECT, subject)
        .set(SampleColumns.CALL, call)
        .set(SampleColumns.MS, ms);
  }
}
