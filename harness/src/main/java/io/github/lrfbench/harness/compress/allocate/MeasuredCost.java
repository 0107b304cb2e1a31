package io.github.lrfbench.harness.compress.allocate;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Cost by a measured table: small products take time that does not follow from their size, so that
 * a point may save numbers and yet be slower than the matrix as it is.
 *
 * @param byShape for every shape of matrices the cost of some points; between two of them it is
 *     interpolated by their bits, above the dearest it is that of the matrix as it is
 */
public record MeasuredCost(Map<Shape, Table> byShape) implements Cost {
  /**
   * Shape of a matrix.
   *
   * @param rows m
   * @param cols n
   */
  public record Shape(int rows, int cols) {}

  /**
   * What was measured for one shape.
   *
   * @param ofPoint cost by point
   * @param dense cost of the matrix as it is
   */
  public record Table(NavigableMap<Integer, Double> ofPoint, double dense) {
    /** Copies the map. */
    public Table {
      ofPoint = new TreeMap<>(ofPoint);
    }
  }

  /** The cost of a matrix of a measured shape as it is. */
  public double dense(int rows, int cols) {
    return byShape.get(new Shape(rows, cols)).dense();
  }

  @Override
  public double of(Candidate matrix, int point) {
    Table table = byShape.get(new Shape(matrix.points().rows(), matrix.points().cols()));
    Map.Entry<Integer, Double> above = table.ofPoint().ceilingEntry(point);
    if (point == matrix.whole() || above == null) {
      return table.dense();
    }
    Map.Entry<Integer, Double> below = table.ofPoint().floorEntry(point);
    if (below == null || below.getKey().equals(above.getKey())) {
      return above.getValue();
    }
    double from = bits(matrix, below.getKey());
    double span = bits(matrix, above.getKey()) - from;
    // Points of equal bits may differ in their numbers.
    double part = span == 0 ? 1 : (bits(matrix, point) - from) / span;
    return below.getValue() + part * (above.getValue() - below.getValue());
  }

  private static double bits(Candidate matrix, int point) {
    return matrix.points().get(point).bits();
  }
}
