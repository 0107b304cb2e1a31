package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;

/** Errors of approximations by their definitions, from the inputs themselves. */
final class Errors {
  private Errors() {}

  /** ‖(W − Ŵ) X‖². */
  static double ofOutputs(float[] w, double[][] approximation, double[][] x) {
    return squares(images(w, approximation, x));
  }

  /** ‖(W − Ŵ) (X − μ 1ᵀ)‖². */
  static double ofCentredOutputs(float[] w, double[][] approximation, double[][] x) {
    double[][] images = images(w, approximation, x);
    for (double[] row : images) {
      double mean = Arrays.stream(row).average().orElse(0);
      for (int t = 0; t < row.length; t++) {
        row[t] -= mean;
      }
    }
    return squares(images);
  }

  /** (W − Ŵ) μ. */
  static double[] ofMean(float[] w, double[][] approximation, double[][] x) {
    return Arrays.stream(images(w, approximation, x))
        .mapToDouble(row -> Arrays.stream(row).average().orElse(0))
        .toArray();
  }

  /** ‖W − Ŵ‖². */
  static double ofWeights(float[] w, double[][] approximation) {
    double sum = 0;
    int n = approximation[0].length;
    for (int i = 0; i < w.length; i++) {
      sum += Math.pow(w[i] - approximation[i / n][i % n], 2);
    }
    return sum;
  }

  static void assertEqual(double[][] expected, double[][] actual, double tolerance, String what) {
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i], tolerance, what + ", row " + i);
    }
  }

  private static double[][] images(float[] w, double[][] approximation, double[][] x) {
    int n = x.length;
    double[][] images = new double[approximation.length][x[0].length];
    for (int i = 0; i < images.length; i++) {
      for (int j = 0; j < n; j++) {
        double difference = w[i * n + j] - approximation[i][j];
        for (int t = 0; t < x[0].length; t++) {
          images[i][t] += difference * x[j][t];
        }
      }
    }
    return images;
  }

  private static double squares(double[][] rows) {
    return Arrays.stream(rows).flatMapToDouble(Arrays::stream).map(v -> v * v).sum();
  }
}
