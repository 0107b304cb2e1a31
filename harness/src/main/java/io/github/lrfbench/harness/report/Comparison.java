package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.report.TextTable.Align;
import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What changed between two files of results, cell by cell, as far as chance allows to say.
 *
 * <p>The interval of a difference is 1.96 times the root of the sum of the squared standard errors
 * to either side. A cell is SAME if the interval lies within the margin, or if nothing at all
 * differs; else BETTER or WORSE if it leaves out 0; else UNDECIDED. Scores of the same examples
 * vary together, which makes the interval too wide rather than too narrow.
 */
public final class Comparison {
  /** What can be said of a difference. */
  enum Verdict {
    SAME,
    BETTER,
    WORSE,
    UNDECIDED
  }

  private static final double Z95 = 1.96;
  private static final Set<String> LOWER_IS_BETTER = Set.of("perplexity", "loss");
  private static final int WIDTH = 120;

  private Comparison() {}

  /**
   * The verdicts as a table with a count of each below it.
   *
   * @param metricMargin differences of the metric up to this do not matter
   * @param latencyMargin fractions of the first file's latency up to this do not matter
   * @throws InputException if the files have no cell in common
   */
  public static String render(
      List<RunRow> before, List<RunRow> after, double metricMargin, double latencyMargin) {
    boolean named = !Matched.of(before, after, true).isEmpty();
    Map<String, RunRow[]> pairs = Matched.of(before, after, named);
    if (pairs.isEmpty()) {
      throw new InputException("the two files have no cell in common");
    }
    TextTable table =
        new TextTable(WIDTH)
            .column("cell", Align.LEFT)
            .column("metric", Align.RIGHT)
            .column("then", Align.RIGHT)
            .column("difference", Align.RIGHT)
            .column("verdict", Align.LEFT)
            .column("latency", Align.RIGHT)
            .column("then", Align.RIGHT)
            .column("verdict", Align.LEFT);
    Map<Verdict, Integer> metrics = new LinkedHashMap<>();
    Map<Verdict, Integer> latencies = new LinkedHashMap<>();
    pairs.forEach(
        (name, pair) -> {
          Verdict metric = metric(pair[0], pair[1], metricMargin);
          Verdict latency = latency(pair[0], pair[1], latencyMargin);
          metrics.merge(metric, 1, Integer::sum);
          if (latency != null) {
            latencies.merge(latency, 1, Integer::sum);
          }
          table.row(
              name,
              Figures.fixed(pair[0].get(ScoreColumns.METRIC), 4),
              Figures.fixed(pair[1].get(ScoreColumns.METRIC), 4),
              difference(pair[0], pair[1]),
              metric.name(),
              Figures.milliseconds(pair[0].get(TimeColumns.LATENCY_MS_MEAN)),
              Figures.milliseconds(pair[1].get(TimeColumns.LATENCY_MS_MEAN)),
              latency == null ? "" : latency.name());
        });
    int alone = LatestRows.of(before).size() + LatestRows.of(after).size() - 2 * pairs.size();
    return table.render()
        + "\nmetric: "
        + counts(metrics)
        + "\nlatency: "
        + (latencies.isEmpty()
            ? "not measured on the same machine in the same shape"
            : counts(latencies))
        + (alone > 0 ? "\n" + alone + " cells are in one file only, or failed" : "")
        + "\n";
  }

  /** Of the metric; loss and perplexity are better when lower. */
  static Verdict metric(RunRow before, RunRow after, double margin) {
    Double first = before.get(ScoreColumns.METRIC);
    Double second = after.get(ScoreColumns.METRIC);
    Double firstError = before.get(ScoreColumns.METRIC_STDERR);
    Double secondError = after.get(ScoreColumns.METRIC_STDERR);
    if (first == null || second == null || firstError == null || secondError == null) {
      return Verdict.UNDECIDED;
    }
    boolean sameData =
        Objects.equals(before.get(RunColumns.DATA_HASH), after.get(RunColumns.DATA_HASH));
    if (first.equals(second) && firstError.equals(secondError) && sameData) {
      return Verdict.SAME;
    }
    double sign = LOWER_IS_BETTER.contains(before.get(ScoreColumns.METRIC_NAME)) ? -1 : 1;
    return verdict(sign * (second - first), Math.hypot(firstError, secondError), margin);
  }

  /** Of the mean latency, or null where the two cannot be compared. */
  static Verdict latency(RunRow before, RunRow after, double margin) {
    boolean sameMachine =
        List.of(
                MachineColumns.DEVICE_NAME,
                MachineColumns.DTYPE,
                TimeColumns.LATENCY_KIND,
                MachineColumns.HOST)
            .stream()
            .allMatch(column -> Objects.equals(before.get(column), after.get(column)));
    boolean sameShape =
        List.of(MachineColumns.THREADS, TimeColumns.BATCH_SIZE, TimeColumns.SEQ_LEN).stream()
            .allMatch(column -> Objects.equals(before.get(column), after.get(column)));
    Double first = before.get(TimeColumns.LATENCY_MS_MEAN);
    Double second = after.get(TimeColumns.LATENCY_MS_MEAN);
    if (!sameMachine || !sameShape || first == null || second == null) {
      return null;
    }
    double error = Math.hypot(latencyError(before), latencyError(after));
    return verdict(first - second, error, margin * first);
  }

  /**
   * What can be said of a gain.
   *
   * @param gain above 0 where the second is better
   * @param error its standard error
   * @param margin below which it does not matter
   */
  static Verdict verdict(double gain, double error, double margin) {
    double reach = Z95 * error;
    if (Math.abs(gain) + reach <= margin) {
      return Verdict.SAME;
    }
    if (gain - reach > 0) {
      return Verdict.BETTER;
    }
    return gain + reach < 0 ? Verdict.WORSE : Verdict.UNDECIDED;
  }

  private static double latencyError(RunRow row) {
    Double deviation = row.get(TimeColumns.LATENCY_MS_STDEV);
    Long runs = row.get(TimeColumns.LATENCY_RUNS);
    return deviation == null || runs == null || runs < 2 ? Double.NaN : deviation / Math.sqrt(runs);
  }

  private static String difference(RunRow before, RunRow after) {
    Double first = before.get(ScoreColumns.METRIC);
    Double second = after.get(ScoreColumns.METRIC);
    Double firstError = before.get(ScoreColumns.METRIC_STDERR);
    Double secondError = after.get(ScoreColumns.METRIC_STDERR);
    if (first == null || second == null) {
      return "";
    }
    String sign = second >= first ? "+" : "";
    return sign
        + Figures.fixed(second - first, 4)
        + (firstError == null || secondError == null
            ? ""
            : " ± " + Figures.fixed(Z95 * Math.hypot(firstError, secondError), 4));
  }

  private static String counts(Map<Verdict, Integer> counts) {
    StringBuilder text = new StringBuilder();
    for (Verdict verdict : Verdict.values()) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(counts.getOrDefault(verdict, 0))
          .append(' ')
          .append(verdict);
    }
    return text.toString();
  }

  /** Pairs of rows that are of one cell, by a name of the cell. */
  private static final class Matched {
    static Map<String, RunRow[]> of(List<RunRow> before, List<RunRow> after, boolean withModel) {
      Map<String, RunRow> first = byName(before, withModel);
      Map<String, RunRow[]> pairs = new LinkedHashMap<>();
      byName(after, withModel)
          .forEach(
              (name, row) -> {
                if (first.containsKey(name)) {
                  pairs.put(name, new RunRow[] {first.get(name), row});
                }
              });
      return pairs;
    }

    private static Map<String, RunRow> byName(List<RunRow> rows, boolean withModel) {
      Map<String, RunRow> byName = new LinkedHashMap<>();
      for (RunRow row : rows) {
        if (!row.failed()) {
          String name = name(row, withModel);
          if (byName.put(name, row) != null) {
            throw new InputException(
                "a file holds the cell '" + name + "' several times; compare parts of it");
          }
        }
      }
      return byName;
    }

    private static String name(RunRow row, boolean withModel) {
      Long seed = row.get(RunColumns.SEED);
      return String.join(
          " ",
          Arrays.asList(
                  withModel ? text(row.get(RunColumns.MODEL)) : "",
                  text(row.get(RunColumns.TASK)),
                  RowLabel.of(row),
                  Series.budget(row),
                  seed == null || seed == 0 ? "" : "seed " + seed)
              .stream()
              .filter(part -> !part.isEmpty())
              .toList());
    }

    private static String text(String value) {
      return value == null ? "" : value;
    }
  }
}
