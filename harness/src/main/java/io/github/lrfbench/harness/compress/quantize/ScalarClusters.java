package io.github.lrfbench.harness.compress.quantize;

import java.util.Arrays;

/**
 * Clusters of numbers on a line by Lloyd's algorithm, which on sorted numbers needs prefix sums
 * only: Σ w (x − c)² falls in every iteration, c being the centre next to x.
 */
final class ScalarClusters {
  private static final int ITERATIONS = 50;

  private final float[] sorted;

  /** Sums over the numbers before each; weights are 1 where none are given. */
  private final double[] weight;

  private final double[] moment;
  private final double[] square;

  private ScalarClusters(float[] values, double[] weights) {
    int n = values.length;
    long[] keys = new long[n];
    for (int i = 0; i < n; i++) {
      int bits = Float.floatToIntBits(values[i] + 0f);
      int ordered = bits ^ (bits >> Integer.SIZE - 1) & Integer.MAX_VALUE;
      keys[i] = (long) ordered << Integer.SIZE | i;
    }
    Arrays.sort(keys);
    sorted = new float[n];
    weight = new double[n + 1];
    moment = new double[n + 1];
    square = new double[n + 1];
    for (int i = 0; i < n; i++) {
      int at = (int) keys[i];
      double own = weights == null ? 1 : weights[at];
      sorted[i] = values[at];
      weight[i + 1] = weight[i] + own;
      moment[i + 1] = moment[i] + own * values[at];
      square[i + 1] = square[i] + own * values[at] * (double) values[at];
    }
  }

  /**
   * Centres in ascending order. Where there are no more distinct numbers than centres, they are
   * these numbers, the largest repeated.
   *
   * @param values finite, at least one
   * @param weights not negative, one for each; null where all are alike
   */
  static float[] centres(float[] values, double[] weights, int count) {
    return new ScalarClusters(values, weights).run(count);
  }

  private float[] run(int count) {
    float[] distinct = distinct(count);
    if (distinct != null) {
      return distinct;
    }
    double[] centres = split(count);
    int[] bounds = bounds(centres);
    for (int i = 0; i < ITERATIONS; i++) {
      move(centres, bounds);
      Arrays.sort(centres);
      int[] next = bounds(centres);
      if (Arrays.equals(next, bounds)) {
        break;
      }
      bounds = next;
    }
    float[] rounded = new float[count];
    for (int c = 0; c < count; c++) {
      rounded[c] = (float) centres[c];
    }
    return rounded;
  }

  /**
   * Where to begin: of all numbers as one cluster, the one with the largest error is cut at its
   * mean.
   */
  private double[] split(int count) {
    int[] bounds = new int[count + 1];
    bounds[1] = sorted.length;
    for (int clusters = 1; clusters < count; clusters++) {
      int worst = 0;
      double most = -1;
      for (int c = 0; c < clusters; c++) {
        double error = error(bounds[c], bounds[c + 1]);
        boolean cuts = sorted[bounds[c]] != sorted[bounds[c + 1] - 1];
        if (cuts && error > most) {
          most = error;
          worst = c;
        }
      }
      int from = bounds[worst];
      int to = bounds[worst + 1];
      int cut = Math.max(from + 1, Math.min(to - 1, firstAbove(mean(from, to))));
      System.arraycopy(bounds, worst + 1, bounds, worst + 2, clusters - worst);
      bounds[worst + 1] = cut;
    }
    double[] centres = new double[count];
    Arrays.setAll(centres, c -> mean(bounds[c], bounds[c + 1]));
    return centres;
  }

  /** The mean of some numbers; of such as count nothing, their plain middle. */
  private double mean(int from, int to) {
    double total = weight[to] - weight[from];
    return total > 0
        ? (moment[to] - moment[from]) / total
        : (sorted[from] + (double) sorted[to - 1]) / 2;
  }

  private double error(int from, int to) {
    double total = weight[to] - weight[from];
    double sum = moment[to] - moment[from];
    return total > 0 ? Math.max(0, square[to] - square[from] - sum * sum / total) : 0;
  }

  /** All distinct numbers; null where they are more than so many. */
  private float[] distinct(int count) {
    float[] found = new float[count];
    int n = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        if (n == count) {
          return null;
        }
        found[n++] = sorted[i];
      }
    }
    Arrays.fill(found, n, count, found[n - 1]);
    return found;
  }

  /** Where the cluster of each centre begins; the last element is the end. */
  private int[] bounds(double[] centres) {
    int[] bounds = new int[centres.length + 1];
    for (int c = 1; c < centres.length; c++) {
      bounds[c] = firstAbove((centres[c - 1] + centres[c]) / 2);
    }
    bounds[centres.length] = sorted.length;
    return bounds;
  }

  private int firstAbove(double limit) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) / 2;
      if (sorted[middle] > limit) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /**
   * Moves every centre to the mean of its cluster, and one of an empty cluster to the worst point.
   */
  private void move(double[] centres, int[] bounds) {
    double[] before = centres.clone();
    boolean moved = false;
    for (int c = 0; c < centres.length; c++) {
      int from = bounds[c];
      int to = bounds[c + 1];
      double total = weight[to] - weight[from];
      if (total > 0) {
        centres[c] = (moment[to] - moment[from]) / total;
      } else if (from == to && !moved) {
        // One at a time: the next iteration knows what that one has taken.
        centres[c] = sorted[worst(before, bounds)];
        moved = true;
      }
    }
  }

  /** The number that adds most to the error. */
  private int worst(double[] centres, int[] bounds) {
    int worst = 0;
    double most = -1;
    for (int c = 0; c < centres.length; c++) {
      for (int i = bounds[c]; i < bounds[c + 1]; i++) {
        double left = sorted[i] - centres[c];
        double error = (weight[i + 1] - weight[i]) * left * left;
        if (error > most) {
          most = error;
          worst = i;
        }
      }
    }
    return worst;
  }

  /** The centre next to a number; of two that are as near, the smaller. */
  static int nearest(float[] centres, float value) {
    int low = 0;
    int high = centres.length - 1;
    while (low < high) {
      int middle = (low + high) / 2;
      if (value > ((double) centres[middle] + centres[middle + 1]) / 2) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
