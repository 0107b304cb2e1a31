package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.TestData;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static final List<RunRow> METHODS =
      ResultsCsv.RUNS.read(
          TestData.repositoryRoot().resolve("results/reference/minilm-methods.csv"));

  private static Map<String, Series> series() {
    return Series.of(METHODS).stream().collect(Collectors.toMap(Series::label, one -> one));
  }

  @Test
  void aSeriesHasEveryCellOnce() {
    for (Series one : Series.of(METHODS)) {
      Set<List<Object>> cells = new HashSet<>();
      for (RunRow row : one.rows()) {
        List<Object> cell =
            List.of(row.get(RunColumns.TASK), Series.budget(row), row.get(RunColumns.SEED));
        assertTrue(cells.add(cell), one.label() + " " + cell);
      }
    }
  }

  @Test
  void allocationsAreSeriesOfTheirOwn() {
    Map<String, Integer> sizes = new TreeMap<>();
    series().values().forEach(one -> sizes.put(one.label(), one.rows().size()));
    assertEquals(
        Map.of("drone", 35, "drone greedy", 15, "drone sensitivity", 20),
        Map.of(
            "drone", sizes.get("drone"),
            "drone greedy", sizes.get("drone greedy"),
            "drone sensitivity", sizes.get("drone sensitivity")));
    assertEquals(10, sizes.get("lord sensitivity"));
    assertEquals(16, sizes.get("lord:statistics=sequential sensitivity"));
  }

  @Test
  void anOptionThatCameLaterSplitsNoSeries() {
    Set<String> written =
        series().get("drone").rows().stream()
            .map(row -> row.get(RunColumns.METHOD_PARAMS))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(2, written.size(), written.toString());
    List<RunRow> later =
        METHODS.stream()
            .filter(row -> row.get(RunColumns.METHOD_PARAMS) != null)
            .map(
                row ->
                    row.toBuilder()
                        .set(
                            RunColumns.METHOD_PARAMS,
                            row.get(RunColumns.METHOD_PARAMS) + ";zeal=standard")
                        .build())
            .toList();
    Map<String, Series> all =
        Series.of(Stream.concat(METHODS.stream(), later.stream()).toList()).stream()
            .collect(Collectors.toMap(Series::label, one -> one));
    assertEquals(series().keySet(), all.keySet());
  }

  @Test
  void aStandardThatChangedIsNotTaken() {
    for (String method : List.of("tfwsvd", "wlra")) {
      List<RunRow> rows = series().get(method).rows();
      assertEquals(20, rows.size());
      for (RunRow row : rows) {
        assertTrue(row.get(RunColumns.METHOD_PARAMS).contains("optimizer=lbfgs"), row.toString());
      }
    }
    assertEquals(20, series().get("tfwsvd:optimizer=adam").rows().size());
  }
}
