package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Ways to a truncated singular value decomposition. */
public enum SvdAlgorithm {
  /** The full decomposition in double precision by divide and conquer (gesdd), then cut. */
  EXACT,
  /**
   * The largest eigenvectors of the smaller Gram matrix, and the projection of the matrix on them:
   * as good as {@link #EXACT} for all singular values above 1e-8 of the largest, at a fraction of
   * its time.
   */
  GRAM,
  /**
   * A randomized range finder with power iterations (Halko, Martinsson and Tropp 2011, algorithm
   * 4.4). Its error is above the optimum, by several percent where the spectrum falls slowly.
   */
  RANDOMIZED,
  /** The cheapest of the others that keeps the error within the wanted distance of the optimum. */
  AUTO;

  /** The name in options and results: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The algorithm of this label.
   *
   * @throws InputException if there is none
   */
  public static SvdAlgorithm parse(String label) {
    for (SvdAlgorithm algorithm : values()) {
      if (algorithm.label().equals(label)) {
        return algorithm;
      }
    }
    String labels =
        Arrays.stream(values()).map(SvdAlgorithm::label).collect(Collectors.joining(", "));
    throw new InputException("unknown SVD algorithm '" + label + "'; there are " + labels);
  }
}
