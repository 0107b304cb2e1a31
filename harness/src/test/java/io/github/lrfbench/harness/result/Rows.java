package io.github.lrfbench.harness.result;

import java.util.List;

/** Rows for tests. */
final class Rows {
  private Rows() {}

  static RunRow run(String runId, String cellId) {
    return RunRow.builder()
        .set(RunColumns.RUN_ID, runId)
        .set(RunColumns.CELL_ID, cellId)
        .set(RunColumns.STATUS, RunRow.OK)
        .set(RunColumns.METHOD, "svd")
        .set(ScoreColumns.METRIC, 0.875)
        .set(RunColumns.RANK_MAX, 128)
        .build();
  }

  static LayerRow layer(String runId, String cellId, String layer) {
    return new LayerRow(
        runId, cellId, layer, 768, 3072, 128L, 2359296, 491520, "gram", 1.5, 0.75, 0.5, 0.5, 0.75,
        null, null, 0.01, 2.0, 0.25, 1.0, 0.0, "lowrank", 15728640L, "r=128");
  }

  static List<SampleRow> samples(String runId, String cellId) {
    return List.of(
        new SampleRow(runId, cellId, 0, SampleRow.OWN, 0, 1.25),
        new SampleRow(runId, cellId, 0, SampleRow.DENSE, 0, 2.5),
        new SampleRow(runId, cellId, 1, SampleRow.OWN, 0, 1.234567));
  }

  static List<LayerRow> layers(String runId, String cellId) {
    return List.of(layer(runId, cellId, "a"), layer(runId, cellId, "b"));
  }
}
