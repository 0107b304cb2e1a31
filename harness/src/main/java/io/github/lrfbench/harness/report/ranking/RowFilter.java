package io.github.lrfbench.harness.report.ranking;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Rows as {@code --where task=mrpc,method=drone} chooses them. Of one column given several times
 * any value will do; {@code !=} leaves a value out; a star in a value is any text.
 */
public final class RowFilter {
  /** A name, the sign, a value. */
  private static final Pattern CONDITION = Pattern.compile("([a-z0-9_.]+)(!?=)(.*)");

  private record Condition(String column, String value, Pattern pattern) {
    static Condition of(String column, String value) {
      String regex =
          Stream.of(value.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
      return new Condition(column, value, Pattern.compile(regex, Pattern.DOTALL));
    }

    boolean holds(ResultRow row) {
      String text = row.text(column);
      return pattern.matcher(text).matches() || isSameNumber(text);
    }

    private boolean isSameNumber(String text) {
      try {
        return !text.isEmpty() && Double.parseDouble(text) == Double.parseDouble(value);
      } catch (NumberFormatException e) {
        return false;
      }
    }
  }

  private final Map<String, List<Condition>> wanted = new LinkedHashMap<>();
  private final List<Condition> unwanted = new ArrayList<>();

  private RowFilter() {}

  /**
   * Reads conditions.
   *
   * @param texts each of one condition, or several with commas between them; what follows a comma
   *     and names no column goes on with the value before it
   * @throws InputException if one is no condition or names no column
   */
  public static RowFilter parse(List<String> texts) {
    RowFilter filter = new RowFilter();
    texts.forEach(text -> split(text).forEach(filter::add));
    return filter;
  }

  private static List<String> split(String text) {
    List<String> conditions = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      var matcher = CONDITION.matcher(part);
      boolean continues = !matcher.matches() || isOption(matcher.group(1), conditions);
      if (continues && !conditions.isEmpty()) {
        conditions.add(conditions.remove(conditions.size() - 1) + "," + part);
      } else {
        conditions.add(part);
      }
    }
    return conditions;
  }

  /** Whether it is no column but may be an option in the text of the method before it. */
  private static boolean isOption(String name, List<String> conditions) {
    return !ColumnNames.exists(name)
        && !conditions.isEmpty()
        && conditions.get(conditions.size() - 1).contains(":");
  }

  private void add(String text) {
    var matcher = CONDITION.matcher(text);
    if (!matcher.matches()) {
      throw new InputException("--where takes COLUMN=VALUE, not " + OneLine.quote(text));
    }
    String column = ColumnNames.require("--where", matcher.group(1));
    Condition condition = Condition.of(column, matcher.group(3));
    if (matcher.group(2).equals("=")) {
      wanted.computeIfAbsent(column, key -> new ArrayList<>()).add(condition);
    } else {
      unwanted.add(condition);
    }
  }

  /**
   * The rows for which all conditions hold.
   *
   * @throws InputException if a value is that of no row, or no row is left
   */
  public List<ResultRow> choose(List<ResultRow> rows) {
    wanted.values().forEach(conditions -> conditions.forEach(value -> requireOne(value, rows)));
    unwanted.forEach(value -> requireOne(value, rows));
    List<ResultRow> chosen = rows.stream().filter(this::holds).toList();
    if (chosen.isEmpty() && !rows.isEmpty()) {
      throw new InputException("--where: no row meets all conditions");
    }
    return chosen;
  }

  private boolean holds(ResultRow row) {
    return wanted.values().stream()
            .allMatch(values -> values.stream().anyMatch(value -> value.holds(row)))
        && unwanted.stream().noneMatch(value -> value.holds(row));
  }

  private static void requireOne(Condition condition, List<ResultRow> rows) {
    if (rows.stream().noneMatch(condition::holds)) {
      TreeSet<String> values = new TreeSet<>();
      rows.forEach(row -> values.add(row.text(condition.column())));
      values.remove("");
      throw new InputException(
          "--where: no row has "
              + condition.column()
              + " "
              + OneLine.quote(condition.value())
              + ColumnNames.hint(condition.value(), values));
    }
  }
}
