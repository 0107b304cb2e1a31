package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.budget.OperatingPoints;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which sums of Kronecker products are offered for a matrix. */
final class ShapeFamily {
  /** By how much a point's numbers at least exceed those of the one before. */
  private static final double STEP = 1.02;

  private static final Comparator<KroneckerShape> BY_COST =
      Comparator.comparingLong(KroneckerShape::numbers)
          .thenComparing(Comparator.comparingDouble(KroneckerShape::share).reversed())
          .thenComparingLong(KroneckerShape::flops)
          .thenComparing(Comparator.comparingLong(KroneckerShape::ofA).reversed())
          .thenComparingInt(KroneckerShape::m1);

  private ShapeFamily() {}

  /** Sums from the cheapest to the dearest; of those of one cost that which can hold most. */
  static List<KroneckerShape> rising(List<KroneckerShape> shapes) {
    List<KroneckerShape> kept = new ArrayList<>();
    for (KroneckerShape shape : shapes.stream().sorted(BY_COST).toList()) {
      if (kept.isEmpty() || shape.numbers() > kept.get(kept.size() - 1).numbers()) {
        kept.add(shape);
      }
    }
    return kept;
  }

  /**
   * Sums of up to so many products of any sizes that divide the matrix's. Of equally many numbers
   * those are taken that can be expected to hold most of a matrix, and of these the fastest. What
   * holds no more than a cheaper one is left out, as is what is hardly dearer, saves nothing or
   * takes more operations than the matrix.
   *
   * @param terms the most
   * @return from the cheapest to the dearest
   */
  static List<KroneckerShape> all(int rows, int cols, int terms) {
    List<KroneckerShape> shapes = new ArrayList<>();
    for (int m1 : divisors(rows)) {
      for (int n1 : divisors(cols)) {
        shapes.addAll(ofSize(rows, cols, m1, n1, terms));
      }
    }
    shapes.sort(BY_COST);
    List<KroneckerShape> kept = new ArrayList<>();
    long whole = (long) rows * cols;
    for (KroneckerShape shape : shapes) {
      KroneckerShape last = kept.isEmpty() ? null : kept.get(kept.size() - 1);
      if (last == null
          || shape.share() > last.share()
              && shape.numbers() >= STEP * last.numbers()
              && shape.numbers() < whole
              && shape.flops() <= 2 * whole) {
        kept.add(shape);
      }
    }
    return kept;
  }

  /**
   * Sums of one to so many products in which A has a size, or the nearest below that divides the
   * matrix's.
   */
  static List<KroneckerShape> near(int rows, int cols, int m1, int n1, int terms) {
    return ofSize(rows, cols, divisor(rows, m1), divisor(cols, n1), terms);
  }

  private static List<KroneckerShape> ofSize(int rows, int cols, int m1, int n1, int terms) {
    int exact = new KroneckerShape(m1, n1, rows / m1, cols / n1, 1).exactTerms();
    return IntStream.rangeClosed(1, Math.min(terms, exact))
        .mapToObj(count -> new KroneckerShape(m1, n1, rows / m1, cols / n1, count))
        .toList();
  }

  private static int[] divisors(int number) {
    return IntStream.rangeClosed(1, number).filter(i -> number % i == 0).toArray();
  }

  /** The largest divisor that is not above a limit. */
  private static int divisor(int number, int limit) {
    int divisor = Math.min(number, limit);
    while (number % divisor != 0) {
      divisor--;
    }
    return divisor;
  }

  static OperatingPoints points(int rows, int cols, List<KroneckerShape> shapes) {
    return new OperatingPoints(
        rows, cols, Double.NaN, shapes.stream().map(KroneckerShape::point).toList());
  }
}
