package io.github.lrfbench.harness.report.ranking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowFilterTest {
  private static final List<ResultRow> ROWS =
      Rows.read(
          null,
          Rows.of("mrpc", "drone", 0.5, 0.8, 0.01),
          Rows.of("mrpc", "drone sensitivity", 0.5, 0.8, 0.01)
              .set(RunColumns.ALLOCATE, "sensitivity"),
          Rows.of("rte", "svd:split=sqrt,bias=keep", 0.7, 0.6, 0.01),
          Rows.of("rte", "drone", 0.7, 0.6, 0.01)
              .set(RunColumns.METHOD_PARAMS, "bias=keep;allocate=greedy;round_to=8"));

  private static List<String> choose(String... where) {
    return RowFilter.parse(List.of(where)).choose(ROWS).stream()
        .map(row -> row.text("task") + " " + row.text("label"))
        .toList();
  }

  private static String complaint(String... where) {
    return assertThrows(InputException.class, () -> choose(where)).getMessage();
  }

  @Test
  void allColumnsMustAgreeAndAnyValueOfOneWillDo() {
    assertEquals(List.of("mrpc drone"), choose("task=mrpc,label=drone"));
    assertEquals(4, choose("task=mrpc", "task=rte").size());
    assertEquals(List.of("rte drone"), choose("task=rte,task=mrpc,budget=0.70,label=drone"));
  }

  @Test
  void starsAndExclusions() {
    assertEquals(List.of("mrpc drone sensitivity"), choose("label=drone s*"));
    assertEquals(List.of("rte svd:split=sqrt,bias=keep"), choose("label!=drone*"));
    assertEquals(List.of("rte drone"), choose("allocate=greedy"));
    assertEquals(2, choose("allocate=uniform").size(), "what earlier rows do not say is uniform");
  }

  @Test
  void optionsOfAMethodMayHoldCommas() {
    assertEquals(
        List.of("rte svd:split=sqrt,bias=keep"), choose("label=svd:split=sqrt,bias=keep,task=rte"));
  }

  @Test
  void wrongNamesAreOneLineWithTheNearest() {
    assertTrue(complaint("tsak=mrpc").contains("'tsak'; did you mean 'task'?"));
    assertTrue(complaint("task=mrpc,metod=svd").contains("'metod'; did you mean 'method'?"));
    assertTrue(complaint("task=mrcp").contains("task 'mrcp'; did you mean 'mrpc'?"));
    assertTrue(complaint("mrpc").contains("COLUMN=VALUE, not 'mrpc'"));
    assertTrue(complaint("task=mrpc,budget=0.7").contains("no row meets all conditions"));
    assertTrue(complaint("label!=dron").contains("did you mean 'drone'"));
    for (String text : List.of("", ",", "task", "=x", "task=\u001b[31m\n")) {
      assertEquals(1, complaint(text).lines().count(), text);
    }
  }
}
