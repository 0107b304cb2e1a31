package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.OperatingPoints;

/**
 * What an allocator knows of one matrix.
 *
 * @param name of its slot
 * @param type what it does in every block; matrices of one type may be treated as a group
 * @param points that it can be stored at; all errors are known, and the energy
 */
public record Candidate(String name, String type, OperatingPoints points) {
  /** Stands for the matrix as it is where a point is asked for. */
  public int whole() {
    return points.count();
  }

  /** The squared error of a point, from 0 to {@link #whole}, which has none. */
  public double error(int point) {
    return point == whole() ? 0 : points.get(point).squaredError();
  }
}
