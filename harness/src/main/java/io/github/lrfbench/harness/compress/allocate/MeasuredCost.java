package io.github.lrfbench.harness.compress.allocate;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Cost by a measured table: small products take time that does not follow from their size, so that
 * a rank may save parameters and yet be slower than the matrix as it is.
 *
 * @param byShape for every shape of matrices the cost of some ranks; between two of them it is
 *     interpolated, above the largest it is that of the matrix as it is
 */
public record MeasuredCost(Map<Shape, Table> byShape) implements RankCost {
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
   * @param ofRank cost by rank, at least one
   * @param dense cost of the matrix as it is
   */
  public record Table(NavigableMap<Integer, Double> ofRank, double dense) {
    /** Copies the map. */
    public Table {
      ofRank = new TreeMap<>(ofRank);
    }
  }

  /** The cost of a matrix of a measured shape as it is. */
  public double dense(int rows, int cols) {
    return byShape.get(new Shape(rows, cols)).dense();
  }

  @Override
  public double of(MatrixSpectrum matrix, int rank) {
    Table table = byShape.get(new Shape(matrix.rows(), matrix.cols()));
    Map.Entry<Integer, Double> above = table.ofRank().ceilingEntry(rank);
    if (rank == matrix.fullRank() || above == null) {
      return table.dense();
    }
    Map.Entry<Integer, Double> below = table.ofRank().floorEntry(rank);
    if (below == null || below.getKey().equals(above.getKey())) {
      return above.getValue();
    }
    double part = (double) (rank - below.getKey()) / (above.getKey() - below.getKey());
    return below.getValue() + part * (above.getValue() - below.getValue());
  }
}
