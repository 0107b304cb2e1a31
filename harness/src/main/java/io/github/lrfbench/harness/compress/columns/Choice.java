package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Which columns, rows or inputs are chosen, of any number of them. */
interface Choice {
  /** So many of them, all different. */
  int[] of(int count);

  /** Whether fewer are the first of more. */
  default boolean isNested() {
    return false;
  }

  /** The first of an order. */
  record Ordered(int[] order) implements Choice {
    @Override
    public int[] of(int count) {
      return Arrays.copyOf(order, count);
    }

    @Override
    public boolean isNested() {
      return true;
    }
  }

  /** In a random order. */
  static Choice uniform(int size, long seed) {
    int[] order = IntStream.range(0, size).toArray();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = size - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int moved = order[i];
      order[i] = order[other];
      order[other] = moved;
    }
    return new Ordered(order);
  }

  /** Those of which pivoted QR, taking the longest left, takes first. */
  static Choice longest(Matrix vectors, int most) {
    try (Scope scratch = vectors.device().openScope()) {
      return new Ordered(new GramSchmidt(vectors, most, scratch).takeLargest(most));
    }
  }

  /**
   * Those of largest leverage: how long they are in the space of the leading singular vectors, as
   * many as are chosen (Mahoney and Drineas 2009).
   *
   * @param singular F64 [k, N], singular vectors as rows, not modified
   */
  static Choice leverage(Matrix singular) {
    double[] elements = elements(singular);
    return count -> {
      double[] scores = scores(elements, singular.cols(), count);
      return IntStream.range(0, scores.length)
          .boxed()
          .sorted(Comparator.comparingDouble(i -> -scores[i]))
          .limit(count)
          .mapToInt(Integer::intValue)
          .toArray();
    };
  }

  /**
   * Leverage scores: the squared lengths of the columns of the first singular vectors.
   *
   * @param elements of singular vectors, one after the other
   */
  static double[] scores(double[] elements, int size, int count) {
    double[] scores = new double[size];
    for (int i = 0; i < count * size; i++) {
      scores[i % size] += elements[i] * elements[i];
    }
    return scores;
  }

  /**
   * The pivots of the leading singular vectors' matrix, as many as are chosen: leverage that counts
   * what is alike once.
   *
   * @param singular F64 [k, N], not modified; lives as long as the choice
   */
  static Choice pivots(Matrix singular) {
    return count -> {
      try (Scope scratch = singular.device().openScope()) {
        Matrix vectors = Matrices.transpose(singular.rows(0, count), scratch);
        return new GramSchmidt(vectors, count, scratch).takeLargest(count);
      }
    };
  }

  /**
   * Discrete empirical interpolation (Chaturantabut and Sorensen 2010; Sorensen and Embree 2016 for
   * CUR): of every singular vector in turn the largest element of what interpolating it at those
   * chosen before leaves. That is Gaussian elimination of the vectors with the largest element of a
   * row as pivot.
   *
   * @param singular F64 [k, N], not modified
   */
  static Choice interpolation(Matrix singular) {
    int size = singular.cols();
    double[] rows = elements(singular);
    int[] order = new int[singular.rows()];
    boolean[] taken = new boolean[size];
    for (int step = 0; step < order.length; step++) {
      int at = step * size;
      int next = -1;
      for (int j = 0; j < size; j++) {
        if (!taken[j] && (next < 0 || Math.abs(rows[at + j]) > Math.abs(rows[at + next]))) {
          next = j;
        }
      }
      order[step] = next;
      taken[next] = true;
      double pivot = rows[at + next];
      for (int later = step + 1; later < order.length && pivot != 0; later++) {
        double factor = rows[later * size + next] / pivot;
        for (int j = 0; j < size; j++) {
          rows[later * size + j] -= factor * rows[at + j];
        }
      }
    }
    return new Ordered(order);
  }

  /**
   * In every step the candidate whose direction takes most off the squared error of what all of
   * them are to span (Farahat et al. 2013), which is ‖A − Q Qᵀ A‖² of the basis Q of the chosen.
   *
   * @param candidates F64 [N, d], a vector to a row
   * @param gram A Aᵀ, F64 [d, d]
   */
  static Choice greedy(Matrix candidates, Matrix gram, int most) {
    try (Scope scratch = candidates.device().openScope()) {
      GramSchmidt basis = new GramSchmidt(candidates, most, scratch);
      Matrix images = Matrices.product(false, candidates, false, gram, scratch);
      double[] gains = new double[candidates.rows()];
      for (int j = 0; j < gains.length; j++) {
        gains[j] = Matrices.innerProduct(candidates.rows(j, j + 1), images.rows(j, j + 1));
      }
      int[] order = new int[most];
      for (int step = 0; step < most; step++) {
        order[step] = largest(basis, gains);
        Matrix before = basis.basis();
        basis.take(order[step]);
        try (Scope own = candidates.device().openScope()) {
          lessen(gains, candidates, gram, before, basis, own);
        }
      }
      return new Ordered(order);
    }
  }

  private static int largest(GramSchmidt basis, double[] gains) {
    int next = -1;
    double most = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < gains.length; j++) {
      double gain = basis.isSpanned(j) ? -1 : Math.max(0, gains[j]) / basis.left(j);
      if (!basis.isTaken(j) && gain > most) {
        next = j;
        most = gain;
      }
    }
    return next;
  }

  /**
   * ‖Aᵀ w‖² of the candidates w and of A, both less what the basis has of them, is brought down by
   * what the last direction q takes: 2 (qᵀ w) wᵀ A Aᵀ q − (qᵀ w)² ‖Aᵀ q‖².
   */
  private static void lessen(
      double[] gains,
      Matrix candidates,
      Matrix gram,
      Matrix before,
      GramSchmidt basis,
      Scope scratch) {
    int last = basis.count() - 1;
    Matrix q = basis.basis().rows(last, last + 1);
    Matrix image = Matrices.product(false, q, false, gram, scratch);
    double square = Matrices.innerProduct(q, image);
    if (last > 0) {
      Matrix shares = Matrices.product(false, image, true, before, scratch);
      candidates.device().blas().gemm(false, false, -1, shares, before, 1, image);
    }
    double[] cross = elements(Matrices.product(false, image, true, candidates, scratch));
    double[] parts = elements(Matrices.toDouble(basis.products().rows(last, last + 1), scratch));
    for (int j = 0; j < gains.length; j++) {
      gains[j] += parts[j] * (parts[j] * square - 2 * cross[j]);
    }
  }

  private static double[] elements(Matrix x) {
    double[] elements = new double[Math.multiplyExact(x.rows(), x.cols())];
    for (int i = 0; i < x.rows(); i++) {
      x.data().read(x.offset() + (long) i * x.stride(), elements, i * x.cols(), x.cols());
    }
    return elements;
  }
}
