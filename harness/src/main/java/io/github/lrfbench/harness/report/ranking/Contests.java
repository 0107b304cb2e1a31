package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.report.Figures;
import io.github.lrfbench.harness.report.LatestRows;
import io.github.lrfbench.harness.result.RunRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rows dealt out to contests, so that none is compared with what it cannot be compared with.
 *
 * @param question what is asked
 * @param all contests, tasks in the order of the rows, budgets from the largest
 * @param shown the columns that tell contexts apart, the task in any case
 * @param notes what was left out or kept apart
 */
record Contests(Question question, List<Contest> all, List<String> shown, List<String> notes) {
  /** By what rows of one name and seed may be told apart, the best explanation first. */
  private static final List<String> EXPLANATIONS =
      List.of(
          "label",
          "calibration_examples",
          "heldout_examples",
          "train_hash",
          "energy_of",
          "svd_algorithm",
          "method_params",
          "host",
          "version",
          "git_commit",
          "run_id",
          "cell_id");

  private static final int SHORT_HASH = 7;

  static Contests of(List<ResultRow> rows, Question question) {
    List<String> notes = new ArrayList<>();
    List<ResultRow> usable = usable(rows, question, notes);
    List<ResultRow> compressed = usable.stream().filter(row -> !row.isDense()).toList();
    Map<ResultRow, String> names = names(compressed, question, notes);
    List<String> context = question.context();
    Map<List<String>, List<ResultRow>> dense =
        usable.stream()
            .filter(ResultRow::isDense)
            .collect(Collectors.groupingBy(row -> row.texts(question.denseContext())));
    Map<List<String>, Map<List<String>, List<ResultRow>>> groups = new LinkedHashMap<>();
    for (ResultRow row : inOrderOfTasks(compressed)) {
      groups
          .computeIfAbsent(row.texts(context), key -> new LinkedHashMap<>())
          .computeIfAbsent(row.texts(question.budget()), key -> new ArrayList<>())
          .add(row);
    }
    List<Contest> contests = new ArrayList<>();
    groups.forEach(
        (key, budgets) ->
            inOrderOfBudgets(budgets.values())
                .forEach(members -> contests.add(contest(question, members, names, dense))));
    List<String> shown = shown(groups.keySet(), context);
    notes.addAll(mixed(contests, question));
    apart(contests, shown).ifPresent(notes::add);
    return new Contests(question, contests, shown, notes);
  }

  private static List<ResultRow> usable(
      List<ResultRow> rows, Question question, List<String> notes) {
    Map<RunRow, ResultRow> byRow = new IdentityHashMap<>();
    rows.forEach(row -> byRow.put(row.row(), row));
    List<ResultRow> latest =
        LatestRows.of(rows.stream().map(ResultRow::row).toList()).stream().map(byRow::get).toList();
    List<ResultRow> finished = latest.stream().filter(row -> !row.row().failed()).toList();
    note(notes, latest.size() - finished.size(), "failed or skipped, left out");
    List<ResultRow> scored = finished.stream().filter(question.metric()::isIn).toList();
    note(
        notes,
        finished.size() - scored.size(),
        "without " + question.metric().column() + ", left out");
    Map<List<String>, ResultRow> lastOfCell = new LinkedHashMap<>();
    List<String> cell = new ArrayList<>(List.of("cell_id"));
    cell.addAll(question.context());
    cell.addAll(question.by());
    scored.forEach(row -> lastOfCell.put(row.texts(cell), row));
    note(notes, scored.size() - lastOfCell.size(), "measured again later, left out");
    return scored.stream().filter(row -> lastOfCell.get(row.texts(cell)) == row).toList();
  }

  private static void note(List<String> notes, int count, String what) {
    if (count > 0) {
      notes.add((count == 1 ? "1 cell " : count + " cells ") + what + ".");
    }
  }

  /** The names of contenders; of rows that differ otherwise, too, with what they differ in. */
  private static Map<ResultRow, String> names(
      List<ResultRow> rows, Question question, List<String> notes) {
    Map<String, List<ResultRow>> byName =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    row -> name(row, question), LinkedHashMap::new, Collectors.toList()));
    Map<ResultRow, String> names = new IdentityHashMap<>();
    byName.forEach(
        (name, members) -> {
          List<List<ResultRow>> clashes = clashes(members, question);
          String column = explanation(clashes, question.mix());
          for (ResultRow row : members) {
            String value = column.isEmpty() ? "" : brief(column, row.text(column));
            names.put(row, column.isEmpty() ? name : name + " (" + column + " " + value + ")");
          }
          if (!column.isEmpty()) {
            notes.add(
                "'" + name + "' stands for unlike cells, which are told apart by " + column + ".");
          }
        });
    return names;
  }

  private static String name(ResultRow row, Question question) {
    return row.texts(question.by()).stream()
        .map(value -> value.isEmpty() ? "none" : value)
        .collect(Collectors.joining(", "));
  }

  /** Rows that would be one and the same. */
  private static List<List<ResultRow>> clashes(List<ResultRow> rows, Question question) {
    List<String> place = new ArrayList<>(question.context());
    place.addAll(question.budget());
    place.add("seed");
    return rows.stream().collect(Collectors.groupingBy(row -> row.texts(place))).values().stream()
        .filter(group -> group.size() > 1)
        .toList();
  }

  /** The column in which all rows of each clash differ; empty where there is no clash. */
  private static String explanation(List<List<ResultRow>> clashes, List<String> mix) {
    if (clashes.isEmpty()) {
      return "";
    }
    return Stream.concat(mix.stream(), EXPLANATIONS.stream())
        .filter(
            column ->
                clashes.stream()
                    .allMatch(
                        rows ->
                            rows.stream().map(row -> row.text(column)).distinct().count()
                                == rows.size()))
        .findFirst()
        .orElse("started_at");
  }

  private static List<ResultRow> inOrderOfTasks(List<ResultRow> rows) {
    List<String> tasks = rows.stream().map(row -> row.text("task")).distinct().toList();
    return rows.stream()
        .sorted(Comparator.comparingInt(row -> tasks.indexOf(row.text("task"))))
        .toList();
  }

  private static List<List<ResultRow>> inOrderOfBudgets(Iterable<List<ResultRow>> budgets) {
    List<List<ResultRow>> sorted = new ArrayList<>();
    budgets.forEach(sorted::add);
    sorted.sort(
        Comparator.<List<ResultRow>, String>comparing(rows -> rows.get(0).text("budget_kind"))
            .thenComparing(
                rows -> rows.get(0).number("budget"),
                Comparator.nullsLast(Comparator.reverseOrder())));
    return sorted;
  }

  private static Contest contest(
      Question question,
      List<ResultRow> members,
      Map<ResultRow, String> names,
      Map<List<String>, List<ResultRow>> dense) {
    ResultRow first = members.get(0);
    Map<String, String> context = new LinkedHashMap<>();
    question.context().forEach(column -> context.put(column, first.text(column)));
    Map<String, Contender> contenders = new LinkedHashMap<>();
    members.forEach(
        row ->
            contenders.computeIfAbsent(names.get(row), Contender::new).rows().put(row.seed(), row));
    boolean budgeted = !question.budget().isEmpty();
    return new Contest(
        context,
        budgeted ? first.text("budget_kind") : "",
        budgeted && first.number("budget") != null ? Figures.plain(first.number("budget")) : "",
        question.budgetOf(),
        List.copyOf(contenders.values()),
        dense.getOrDefault(first.texts(question.denseContext()), List.of()));
  }

  /** The task, and every column that is needed to tell all contexts apart. */
  private static List<String> shown(Set<List<String>> keys, List<String> context) {
    List<Integer> shown = new ArrayList<>(List.of(context.indexOf("task")));
    for (int i = 0; i < context.size(); i++) {
      List<Integer> more = new ArrayList<>(shown);
      more.add(i);
      if (parts(keys, more) > parts(keys, shown)) {
        shown = more;
      }
    }
    return shown.stream().map(context::get).toList();
  }

  private static long parts(Set<List<String>> keys, List<Integer> columns) {
    return keys.stream().map(key -> columns.stream().map(key::get).toList()).distinct().count();
  }

  /** What is compared although it differs. */
  private static List<String> mixed(List<Contest> contests, Question question) {
    Set<String> columns = new LinkedHashSet<>();
    long count = 0;
    for (Contest contest : contests) {
      List<String> differing =
          question.mix().stream().filter(column -> values(contest, column).size() > 1).toList();
      columns.addAll(differing);
      count += differing.isEmpty() ? 0 : 1;
    }
    return columns.isEmpty()
        ? List.of()
        : List.of(
            "Rows that differ in "
                + String.join(", ", columns)
                + " are compared, as asked for, in "
                + count
                + " of "
                + contests.size()
                + " comparisons.");
  }

  private static Set<String> values(Contest contest, String column) {
    Set<String> values = new TreeSet<>();
    contest
        .contenders()
        .forEach(
            contender -> contender.rows().values().forEach(row -> values.add(row.text(column))));
    return values;
  }

  /** What keeps rows apart beside tasks and models. */
  private static Optional<String> apart(List<Contest> contests, List<String> shown) {
    List<String> parts = new ArrayList<>();
    for (String column : shown) {
      if (!column.equals("task") && !column.equals("model")) {
        Set<String> values = new LinkedHashSet<>();
        contests.forEach(contest -> values.add(brief(column, contest.context().get(column))));
        parts.add(column + " (" + String.join(", ", values) + ")");
      }
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Kept apart, never compared: rows that differ in " + String.join(" or ", parts) + ".");
  }

  /** A value for people: a long hash by its beginning. */
  static String brief(String column, String value) {
    boolean hash = column.endsWith("_hash") || column.equals("model_revision");
    return value.isEmpty()
        ? "none"
        : hash && value.length() > SHORT_HASH ? value.substring(0, SHORT_HASH) : value;
  }

  /** Contests of one context, at all budgets, in order. */
  List<List<Contest>> byContext() {
    Map<Map<String, String>, List<Contest>> groups = new LinkedHashMap<>();
    all.forEach(
        contest ->
            groups.computeIfAbsent(contest.context(), key -> new ArrayList<>()).add(contest));
    return List.copyOf(groups.values());
  }

  /** The names of all contenders, in the order of their rows. */
  List<String> contenders() {
    Map<String, Integer> names = new LinkedHashMap<>();
    all.forEach(
        contest -> contest.contenders().forEach(contender -> names.put(contender.name(), 0)));
    return List.copyOf(names.keySet());
  }
}
