package io.github.lrfbench.harness.budget;

import io.github.lrfbench.kernels.InputException;

/** How much of the compressed matrices may be kept. */
public sealed interface Budget {
  /** The name in the results: {@code keep}, {@code bits}, {@code rank}, {@code energy}. */
  String kind();

  /** The number in the results. */
  double value();

  /**
   * The rank of one matrix under this budget, at least 1; it may exceed what saves parameters.
   *
   * @param rows m
   * @param cols n
   * @param spectrum asked only where the budget needs the singular values
   */
  int rank(int rows, int cols, Spectrum spectrum);

  /**
   * How many numbers this budget allows one matrix, were it alone; no more than the matrix has.
   *
   * @param spectrum asked only where the budget needs the singular values
   */
  default double parameters(int rows, int cols, Spectrum spectrum) {
    int rank = rank(rows, cols, spectrum);
    return atOrAboveBreakEven(rows, cols, rank)
        ? (double) rows * cols
        : (double) rank * (rows + cols);
  }

  /** True if {@link #rank} asks for singular values. */
  default boolean needsSpectrum() {
    return false;
  }

  /** The singular values of one matrix. */
  @FunctionalInterface
  interface Spectrum {
    /** All min(m, n) singular values, in descending order. */
    double[] values();
  }

  /**
   * Every matrix keeps the same fraction of its parameters: r = ⌊ρ m n / (m + n)⌋.
   *
   * @param fraction ρ in (0, 1]
   */
  record Keep(double fraction) implements Budget {
    /** Checks the fraction. */
    public Keep {
      if (!(fraction > 0 && fraction <= 1)) {
        throw new InputException("--keep must be a fraction in (0, 1], but is " + fraction);
      }
    }

    @Override
    public String kind() {
      return "keep";
    }

    @Override
    public double value() {
      return fraction;
    }

    @Override
    public double parameters(int rows, int cols, Spectrum spectrum) {
      return fraction * rows * cols;
    }

    @Override
    public int rank(int rows, int cols, Spectrum spectrum) {
      return Math.max(1, (int) Math.floor(fraction * rows * cols / (rows + cols)));
    }
  }

  /**
   * Every matrix stores so many bits for each of its original numbers, 32 being those of fp32.
   *
   * @param bits in (0, 32]
   */
  record Bits(double bits) implements Budget {
    /** Checks the number. */
    public Bits {
      if (!(bits > 0 && bits <= Float.SIZE)) {
        throw new InputException("--bits must be in (0, 32], but is " + bits);
      }
    }

    @Override
    public String kind() {
      return "bits";
    }

    @Override
    public double value() {
      return bits;
    }

    @Override
    public double parameters(int rows, int cols, Spectrum spectrum) {
      return bits / Float.SIZE * rows * cols;
    }

    @Override
    public int rank(int rows, int cols, Spectrum spectrum) {
      return new Keep(bits / Float.SIZE).rank(rows, cols, spectrum);
    }
  }

  /**
   * Every matrix gets the same rank.
   *
   * @param rank at least 1
   */
  record Rank(int rank) implements Budget {
    /** Checks the rank. */
    public Rank {
      if (rank < 1) {
        throw new InputException("--rank must be at least 1, but is " + rank);
      }
    }

    @Override
    public String kind() {
      return "rank";
    }

    @Override
    public double value() {
      return rank;
    }

    @Override
    public int rank(int rows, int cols, Spectrum spectrum) {
      return Math.min(rank, Math.min(rows, cols));
    }
  }

  /**
   * Every matrix keeps the smallest rank that holds a share of its squared Frobenius norm.
   *
   * @param share in (0, 1]
   */
  record Energy(double share) implements Budget {
    /** Checks the share. */
    public Energy {
      if (!(share > 0 && share <= 1)) {
        throw new InputException("--energy must be a share in (0, 1], but is " + share);
      }
    }

    @Override
    public String kind() {
      return "energy";
    }

    @Override
    public double value() {
      return share;
    }

    @Override
    public boolean needsSpectrum() {
      return true;
    }

    @Override
    public int rank(int rows, int cols, Spectrum spectrum) {
      double[] values = spectrum.values();
      double total = 0;
      for (int i = values.length - 1; i >= 0; i--) {
        total += values[i] * values[i];
      }
      double kept = 0;
      for (int i = 0; i < values.length; i++) {
        kept += values[i] * values[i];
        if (kept >= share * total) {
          return i + 1;
        }
      }
      return Math.max(1, values.length);
    }
  }

  /**
   * True if a factorization of this rank stores no fewer numbers than the matrix: r (m + n) ≥ m n.
   */
  static boolean atOrAboveBreakEven(int rows, int cols, int rank) {
    return (long) rank * (rows + cols) >= (long) rows * cols;
  }

  /**
   * The largest rank of which a factorization stores fewer numbers than the matrix; at least 1, and
   * then it may store more.
   */
  static int largestBelowBreakEven(int rows, int cols) {
    return (int) Math.max(1, ((long) rows * cols - 1) / (rows + cols));
  }
}
