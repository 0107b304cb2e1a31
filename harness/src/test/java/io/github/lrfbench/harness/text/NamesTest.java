package io.github.lrfbench.harness.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {
  private static final List<String> TASKS =
      List.of("cola", "sst2", "mrpc", "stsb", "mnli", "mnli-mm", "ax");

  @Test
  void takesTheSmallestDistanceInTheCandidatesOrder() {
    assertEquals(List.of("sst2", "stsb"), Names.nearest("sts2", TASKS));
    assertEquals(List.of("cola"), Names.nearest("CoLA", TASKS));
    assertEquals(List.of("mrpc"), Names.nearest("mprc", TASKS));
    assertEquals(List.of("mnli-mm"), Names.nearest("mnli-m", List.of("mnli-mm", "qnli")));
    assertEquals(List.of("mnli"), Names.nearest("nli", TASKS));
  }

  @Test
  void fallsBackOnSharedBeginnings() {
    assertEquals(List.of("stsb"), Names.nearest("stsbenchmark", TASKS));
    assertEquals(
        List.of("demo-cola", "demo-rte"),
        Names.nearest("demo", List.of("demo-cola", "ax", "demo-rte")));
  }

  @Test
  void offersNothingWhereNothingIsNear() {
    assertEquals(List.of(), Names.nearest("squad", TASKS));
    assertEquals(List.of(), Names.nearest("", List.of("svd")));
    assertEquals(List.of(), Names.nearest("x".repeat(1_000_000), TASKS));
    assertEquals(List.of(), Names.nearest("cola", List.of()));
  }

  @Test
  void complainsInOneLine() {
    assertEquals(
        "unknown task 'sts2'; did you mean 'sst2' or 'stsb'? tasks: cola, sst2, mrpc, stsb, mnli,"
            + " mnli-mm, ax",
        Names.unknown("task", "sts2", TASKS).getMessage());
    assertEquals(
        "unknown method 'x y'; methods: dense, svd",
        Names.unknown("method", "x\ny", List.of("dense", "svd")).getMessage());
    assertFalse(Names.unknown("task", "a\r\n\u2028b", TASKS).getMessage().matches("(?s).*\\R.*"));
  }
}
