package io.github.lrfbench.harness.result;

import java.time.Instant;
import java.util.Map;
import java.util.function.Function;

/**
 * What the cells of a column hold and how they are written.
 *
 * @param <T> the Java type of the values
 */
public final class ColumnType<T> {
  /** Text of one line; line breaks and other control characters become spaces. */
  public static final ColumnType<String> TEXT =
      new ColumnType<>("text", Texts::oneLine, Function.identity(), Function.identity());

  /** A whole number. */
  public static final ColumnType<Long> INTEGER =
      new ColumnType<>(
          "integer", Function.identity(), value -> Long.toString(value), Long::valueOf);

  /** A double in the shortest form that reads back the same; {@code NaN} if it was computed so. */
  public static final ColumnType<Double> NUMBER =
      new ColumnType<>("number", Function.identity(), Numbers::print, Double::valueOf);

  /** An instant in UTC, ISO 8601, always with milliseconds. */
  public static final ColumnType<Instant> TIME =
      new ColumnType<>("time", Times::normalize, Times::print, Instant::parse);

  /** One JSON object. */
  public static final ColumnType<Map<String, Object>> JSON =
      new ColumnType<>("json", Json::copy, Json::printCompact, Json::parseObject);

  private final String name;
  private final Function<T, T> normalize;
  private final Function<T, String> print;
  private final Function<String, T> parse;

  private ColumnType(
      String name, Function<T, T> normalize, Function<T, String> print, Function<String, T> parse) {
    this.name = name;
    this.normalize = normalize;
    this.print = print;
    this.parse = parse;
  }

  /** The name in {@code schema.json}. */
  public String name() {
    return name;
  }

  /** The value as a row keeps it. */
  T normalize(T value) {
    return normalize.apply(value);
  }

  String print(T value) {
    return print.apply(value);
  }

  /**
   * Reads a cell.
   *
   * @throws RuntimeException if the cell does not hold a value of this type
   */
  T parse(String cell) {
    return parse.apply(cell);
  }

  @Override
  public String toString() {
    return name;
  }
}
