package io.github.lrfbench.harness.budget;

import java.util.Arrays;
import java.util.List;

/**
 * The points that a method offers for one matrix W of [rows, cols], beside leaving it as it is.
 *
 * @param rows m
 * @param cols n
 * @param energy the squared error of keeping nothing of W, in the metric of the points' errors; NaN
 *     where not known
 * @param points from the cheapest to the dearest, each with more bits than the one before, or as
 *     many of them and no fewer numbers; at least one
 */
public record OperatingPoints(int rows, int cols, double energy, List<Point> points) {
  /** Bits of a number of a matrix as it is. */
  public static final int DENSE_BITS = 32;

  /** Copies the list and checks that it is one. */
  public OperatingPoints {
    points = List.copyOf(points);
    if (points.isEmpty()) {
      throw new IllegalArgumentException("a matrix without any point");
    }
    for (int i = 1; i < points.size(); i++) {
      Point before = points.get(i - 1);
      Point point = points.get(i);
      if (point.bits() < before.bits()
          || point.bits() == before.bits() && point.numbers() < before.numbers()) {
        throw new IllegalArgumentException(
            point.label() + " is cheaper than " + before.label() + ", which comes before it");
      }
    }
  }

  /** How many there are. */
  public int count() {
    return points.size();
  }

  /** One of them, from 0. */
  public Point get(int index) {
    return points.get(index);
  }

  /** The same with errors known. */
  public OperatingPoints withErrors(double total, double[] squaredErrors) {
    Point[] known = new Point[squaredErrors.length];
    Arrays.setAll(known, i -> points.get(i).withError(squaredErrors[i]));
    return new OperatingPoints(rows, cols, total, List.of(known));
  }

  /** Numbers of W as it is: m n. */
  public long denseNumbers() {
    return (long) rows * cols;
  }

  /** Bits of W as it is. */
  public long denseBits() {
    return DENSE_BITS * denseNumbers();
  }

  /** Whether a point takes no less memory than W as it is. */
  public boolean savesNothing(int index) {
    return points.get(index).bits() >= denseBits();
  }

  /** How many of the points take less memory than W as it is. */
  public int saving() {
    int saving = 0;
    while (saving < count() && !savesNothing(saving)) {
      saving++;
    }
    return saving;
  }

  /** The dearest point of no more than a limit; the cheapest where there is none. */
  public int atMost(Budget.Unit unit, double limit) {
    for (int i = count() - 1; i > 0; i--) {
      if (unit.of(points.get(i)) <= limit) {
        return i;
      }
    }
    return 0;
  }

  /**
   * The cheapest point from which on all keep a share of the energy; the dearest where that one
   * does not. Errors need not fall.
   */
  public int ofEnergy(double share) {
    int point = count();
    while (point > 0 && reaches(point - 1, share)) {
      point--;
    }
    return Math.min(point, count() - 1);
  }

  private boolean reaches(int index, double share) {
    return energy - points.get(index).squaredError() >= share * energy;
  }
}
