package io.github.lrfbench.harness.compress.kronecker;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.linear.KroneckerLinear;

/**
 * Sizes of a sum of Kronecker products, A of [m1, n1] and B of [m2, n2] in each of its terms.
 *
 * @param m1 rows of A
 * @param n1 columns of A
 * @param m2 rows of B
 * @param n2 columns of B
 * @param terms R
 */
record KroneckerShape(int m1, int n1, int m2, int n2, int terms) {
  /** The same sizes with another number of terms. */
  KroneckerShape withTerms(int other) {
    return new KroneckerShape(m1, n1, m2, n2, other);
  }

  /** Elements of A, which are the rows of the rearranged matrix. */
  long ofA() {
    return (long) m1 * n1;
  }

  /** Elements of B, which are the columns of the rearranged matrix. */
  long ofB() {
    return (long) m2 * n2;
  }

  /** Stored numbers. */
  long numbers() {
    return terms * (ofA() + ofB());
  }

  /** The number of terms that give every matrix exactly. */
  int exactTerms() {
    return (int) Math.min(ofA(), ofB());
  }

  /** Operations for one input vector, in the cheaper order. */
  long flops() {
    long first = ofA() * n2 + ofB() * m1;
    long second = ofB() * n1 + ofA() * m2;
    return 2 * terms * Math.min(first, second);
  }

  /**
   * A guess at the share of a matrix that it holds, of which nothing is known: that of R of k
   * singular values, the first of which are the larger the squarer the rearranged matrix is.
   */
  double share() {
    double ofValues = (double) terms / exactTerms();
    double squareness = 2 * Math.sqrt((double) ofA() * ofB()) / (ofA() + ofB());
    return ofValues * (1 + (1 - ofValues) * squareness);
  }

  Point point() {
    return new Point(
        numbers(),
        OperatingPoints.DENSE_BITS * numbers(),
        Double.NaN,
        0,
        KroneckerLinear.label(m1, n1, m2, n2, terms));
  }
}
