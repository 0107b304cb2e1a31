package io.github.lrfbench.harness.report.table;

import io.github.lrfbench.harness.text.OneLine;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A cell of a table.
 *
 * @param shown for people, of one line
 * @param exact for programs: a figure with all its digits
 * @param strong whether the reader's eye shall find it
 */
public record Cell(String shown, String exact, boolean strong) {
  /** A cell without text. */
  public static final Cell EMPTY = new Cell("", "", false);

  private static final int DECIMALS = 3;
  private static final double TEN = 10;

  /** Makes both texts fit for a line: what a terminal could take for an order becomes a space. */
  public Cell {
    shown = OneLine.of(shown);
    exact = OneLine.of(exact);
  }

  /** Text that is the same for people and programs. */
  public static Cell of(String text) {
    return new Cell(text, text, false);
  }

  /** A count. */
  public static Cell of(long count) {
    return of(Long.toString(count));
  }

  /** A figure with three decimals, fewer from 10 on; empty for null. */
  public static Cell figure(Double value) {
    return value == null ? EMPTY : new Cell(round(value), Double.toString(value), false);
  }

  /** A figure with so many decimals; empty for null. */
  public static Cell figure(Double value, int decimals) {
    return value == null ? EMPTY : new Cell(round(value, decimals), Double.toString(value), false);
  }

  /** A probability of three decimals; below 0.001 it says so, since none is 0. */
  public static Cell probability(double value) {
    if (Double.isNaN(value)) {
      return EMPTY;
    }
    return new Cell(value < 1e-3 ? "<0.001" : round(value, 3), Double.toString(value), false);
  }

  /** The cell with other text for people. */
  public Cell showing(String text) {
    return new Cell(text, exact, strong);
  }

  /** The cell, strong if it is to be. */
  public Cell strong(boolean isStrong) {
    return new Cell(shown, exact, isStrong);
  }

  /** A figure with three decimals, fewer from 10 on. */
  public static String round(double value) {
    double magnitude = Math.abs(value);
    int digits = magnitude < TEN ? 0 : magnitude < TEN * TEN ? 1 : 2;
    return round(value, DECIMALS - digits);
  }

  /** Half up, on the decimal digits of the value, with no sign before 0. */
  private static String round(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return Double.toString(value);
    }
    BigDecimal rounded = BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_UP);
    return rounded.toPlainString();
  }
}
