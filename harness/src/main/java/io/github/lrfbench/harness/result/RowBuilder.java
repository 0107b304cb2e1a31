package io.github.lrfbench.harness.result;

import java.math.BigDecimal;
import java.math.MathContext;

/** Collects the values of a row of measurements. */
abstract class RowBuilder<B extends RowBuilder<B>> {
  /** More digits would be noise in a measurement. */
  private static final MathContext DIGITS = new MathContext(6);

  private final Cells cells;

  RowBuilder(Cells cells) {
    this.cells = cells;
  }

  abstract B self();

  final Cells cells() {
    return cells;
  }

  /** Sets the value in a column; null means that the column does not apply. */
  public final <T> B set(Column<T> column, T value) {
    cells.set(column, value);
    return self();
  }

  /** Sets a whole number. */
  public final B set(Column<Long> column, long value) {
    return set(column, Long.valueOf(value));
  }

  /** Sets a measurement, of which six digits are kept. */
  public final B set(Column<Double> column, double value) {
    double rounded =
        Double.isFinite(value) ? new BigDecimal(value).round(DIGITS).doubleValue() : value;
    return set(column, Double.valueOf(rounded));
  }
}
