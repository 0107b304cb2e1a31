package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatestRowsTest {
  @Test
  void ofACellThatWasRunAgainTheLastRowStands() {
    RunRow first = row("a", "r1", RunRow.FAILED);
    RunRow second = row("a", "r1", RunRow.FAILED);
    RunRow result = row("a", "r1", RunRow.OK);
    assertEquals(List.of(second), LatestRows.of(List.of(first, second)));
    assertEquals(List.of(result), LatestRows.of(List.of(first, second, result)));
  }

  @Test
  void aDamagedModelsFailuresAreOverWhenItIsMended() {
    RunRow damaged = row("a", "", RunRow.FAILED);
    RunRow mended = row("b", "r1", RunRow.OK);
    assertEquals(List.of(mended), LatestRows.of(List.of(damaged, mended)));
  }

  @Test
  void theResultOfAnotherVariantMendsNothing() {
    RunRow damaged =
        row("a", "", RunRow.FAILED).toBuilder().set(RunColumns.LABEL, "svd greedy").build();
    RunRow other = row("b", "r1", RunRow.OK).toBuilder().set(RunColumns.LABEL, "svd").build();
    RunRow same = other.toBuilder().set(RunColumns.LABEL, "svd greedy").build();
    assertEquals(List.of(damaged, other), LatestRows.of(List.of(damaged, other)));
    assertEquals(List.of(same), LatestRows.of(List.of(damaged, same)));
  }

  @Test
  void otherFailuresStay() {
    RunRow other = row("a", "r1", RunRow.FAILED);
    RunRow result = row("b", "r1", RunRow.OK);
    assertEquals(List.of(other, result), LatestRows.of(List.of(other, result)));
    assertEquals(List.of(result, other), LatestRows.of(List.of(result, other)));
  }

  private static RunRow row(String cell, String revision, String status) {
    return RunRow.builder()
        .set(RunColumns.RUN_ID, "r")
        .set(RunColumns.CELL_ID, cell)
        .set(RunColumns.MODEL, "m")
        .set(RunColumns.MODEL_REVISION, revision)
        .set(RunColumns.TASK, "demo-sst2")
        .set(RunColumns.METHOD, "svd")
        .set(RunColumns.STATUS, status)
        .build();
  }
}
