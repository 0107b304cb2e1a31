package io.github.lrfbench.harness.report;

import io.github.lrfbench.harness.report.TextTable.Align;
import io.github.lrfbench.harness.result.RowLabel;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.ScoreColumns;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What changed between two files of results, cell by cell, as far as chance allows to say: {@link
 * Change} tells by which rule.
 *
 * <p>The error of a difference of metrics is the root of the sum of the squared standard errors.
 * Scores of the same examples vary together, which makes it too large rather than too small. That
 * of a change of the speedup is a {@link SpeedupChange}.
 */
public final class Comparison {
  private static final Set<String> LOWER_IS_BETTER = Set.of("perplexity", "loss");
  private static final int WIDTH = 132;

  private Comparison() {}

  /**
   * The verdicts as a table with a count of each below it.
   *
   * @param metricMargin differences of the metric up to this do not matter
   * @param latencyMargin fractions of the first file's speedup up to this do not matter
   * @throws InputException if the files have no cell in common
   */
  public static String render(
      List<RunRow> before, List<RunRow> after, double metricMargin, double latencyMargin) {
    boolean shaped = Matched.haveShapes(before) || Matched.haveShapes(after);
    boolean named = !Matched.of(before, after, true, shaped).isEmpty();
    Map<String, RunRow[]> pairs = Matched.of(before, after, named, shaped);
    if (pairs.isEmpty()) {
      throw new InputException("the two files have no cell in common");
    }
    List<RunRow[]> cells = List.copyOf(pairs.values());
    // Rows of peers have no metrics.
    List<RunRow[]> scored = cells.stream().filter(pair -> !pair[1].ofPeer()).toList();
    List<RunRow[]> timed =
        cells.stream().filter(pair -> SpeedupChange.isComparable(pair[0], pair[1])).toList();
    List<Change> changes =
        timed.stream().map(pair -> SpeedupChange.of(pair[0], pair[1], latencyMargin)).toList();
    List<Verdict> metrics =
        Change.verdicts(
            scored.stream().map(pair -> metric(pair[0], pair[1], metricMargin)).toList());
    List<Verdict> speedups = Change.verdicts(changes);
    TextTable table =
        new TextTable(WIDTH)
            .column("cell", Align.LEFT)
            .column("metric", Align.RIGHT)
            .column("then", Align.RIGHT)
            .column("difference", Align.RIGHT)
            .column("verdict", Align.LEFT)
            .column("speedup", Align.RIGHT)
            .column("then", Align.RIGHT)
            .column("change", Align.RIGHT)
            .column("verdict", Align.LEFT);
    pairs.forEach(
        (name, pair) -> {
          int score = scored.indexOf(pair);
          int time = timed.indexOf(pair);
          table.row(
              name,
              Figures.fixed(pair[0].get(ScoreColumns.METRIC), 4),
              Figures.fixed(pair[1].get(ScoreColumns.METRIC), 4),
              difference(pair[0], pair[1]),
              score < 0 ? "" : metrics.get(score).name(),
              time < 0 ? "" : Figures.factor(pair[0].get(TimeColumns.SPEEDUP)),
              time < 0 ? "" : Figures.factor(pair[1].get(TimeColumns.SPEEDUP)),
              time < 0 ? "" : change(changes.get(time)),
              time < 0 ? "" : speedups.get(time).name());
        });
    int alone = LatestRows.of(before).size() + LatestRows.of(after).size() - 2 * pairs.size();
    return table.render()
        + "\nmetric: "
        + counts(metrics)
        + "\nlatency: "
        + (speedups.isEmpty()
            ? "no speedups that were measured on the same machine in the same shape"
            : counts(speedups) + unknown(changes, timed))
        + (alone > 0 ? "\n" + alone + " cells are in one file only, or failed" : "")
        + "\n";
  }

  /** Of the metric; loss and perplexity are better when lower. */
  static Change metric(RunRow before, RunRow after, double margin) {
    Double first = before.get(ScoreColumns.METRIC);
    Double second = after.get(ScoreColumns.METRIC);
    Double firstError = before.get(ScoreColumns.METRIC_STDERR);
    Double secondError = after.get(ScoreColumns.METRIC_STDERR);
    if (first == null || second == null || firstError == null || secondError == null) {
      return Change.unknown(margin);
    }
    boolean sameData =
        Objects.equals(before.get(RunColumns.DATA_HASH), after.get(RunColumns.DATA_HASH));
    if (first.equals(second) && firstError.equals(secondError) && sameData) {
      return Change.of(0, 0, margin);
    }
    double sign = LOWER_IS_BETTER.contains(before.get(ScoreColumns.METRIC_NAME)) ? -1 : 1;
    return Change.of(sign * (second - first), Math.hypot(firstError, secondError), margin);
  }

  private static String difference(RunRow before, RunRow after) {
    Double first = before.get(ScoreColumns.METRIC);
    Double second = after.get(ScoreColumns.METRIC);
    if (first == null || second == null) {
      return "";
    }
    Double firstError = before.get(ScoreColumns.METRIC_STDERR);
    Double secondError = after.get(ScoreColumns.METRIC_STDERR);
    return signed(second - first, 4)
        + (firstError == null || secondError == null
            ? ""
            : " ± "
                + Figures.fixed(Change.of(0, Math.hypot(firstError, secondError), 0).reach(), 4));
  }

  /** A change of the speedup as a fraction of it, in percent. */
  private static String change(Change change) {
    return Double.isNaN(change.gain())
        ? ""
        : signed(100 * Math.expm1(change.gain()), 1)
            + " % ± "
            + Figures.fixed(100 * Math.expm1(change.reach()), 1);
  }

  private static String signed(double value, int decimals) {
    return (value >= 0 ? "+" : "") + Figures.fixed(value, decimals);
  }

  /** Why some cannot be decided. */
  private static String unknown(List<Change> changes, List<RunRow[]> timed) {
    long unknown = changes.stream().filter(change -> Double.isNaN(change.error())).count();
    long busy =
        timed.stream()
            .filter(pair -> Arrays.stream(pair).anyMatch(SpeedupChange::isOfBusyMachine))
            .count();
    String rest =
        unknown == busy
            ? ""
            : " (" + (unknown - busy) + " without intervals of the speedup in both files)";
    return busy == 0
        ? rest
        : rest
            + " ("
            + busy
            + " timed while other work kept more than a tenth of the processors busy,"
            + " load_average)";
  }

  private static String counts(List<Verdict> verdicts) {
    StringBuilder text = new StringBuilder();
    for (Verdict verdict : Verdict.values()) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(Collections.frequency(verdicts, verdict))
          .append(' ')
          .append(verdict);
    }
    return text.toString();
  }

  /** Pairs of rows that are of one cell, by a name of the cell. */
  private static final class Matched {
    /** Whether there are rows of several timed shapes, which cells are then told apart by. */
    static boolean haveShapes(List<RunRow> rows) {
      return rows.stream().filter(row -> !row.failed()).map(Matched::shape).distinct().count() > 1;
    }

    static Map<String, RunRow[]> of(
        List<RunRow> before, List<RunRow> after, boolean withModel, boolean withShape) {
      Map<String, RunRow> first = byName(before, withModel, withShape);
      Map<String, RunRow[]> pairs = new LinkedHashMap<>();
      byName(after, withModel, withShape)
          .forEach(
              (name, row) -> {
                if (first.containsKey(name)) {
                  pairs.put(name, new RunRow[] {first.get(name), row});
                }
              });
      return pairs;
    }

    private static Map<String, RunRow> byName(
        List<RunRow> rows, boolean withModel, boolean withShape) {
      Map<String, RunRow> byName = new LinkedHashMap<>();
      for (RunRow row : rows) {
        if (!row.failed()) {
          String name = name(row, withModel) + (withShape ? " " + shape(row) : "");
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

    private static String shape(RunRow row) {
      return row.get(TimeColumns.BATCH_SIZE) + "x" + row.get(TimeColumns.SEQ_LEN);
    }

    private static String text(String value) {
      return value == null ? "" : value;
    }
  }
}
