package io.github.lrfbench.harness.budget;

import io.github.lrfbench.kernels.InputException;

/** How much of the compressed matrices may be kept. */
public sealed interface Budget {
  /** What a budget counts. */
  enum Unit {
    /** Stored numbers, whatever their type. */
    NUMBERS,
    /** Stored bits. */
    BITS;

    /** What a point takes. */
    public long of(Point point) {
      return this == BITS ? point.bits() : point.numbers();
    }

    /** What the matrix takes as it is. */
    public long ofMatrix(OperatingPoints matrix) {
      return this == BITS ? matrix.denseBits() : matrix.denseNumbers();
    }
  }

  /** The name in the results: {@code keep}, {@code bits}, {@code rank}, {@code energy}. */
  String kind();

  /** The number in the results. */
  double value();

  /** What it counts where it is shared out among matrices. */
  default Unit unit() {
    return Unit.NUMBERS;
  }

  /**
   * The point of one matrix under this budget: the nearest one that fits, or the cheapest there is.
   * It may save nothing.
   */
  int choose(OperatingPoints matrix);

  /** How much this budget allows one matrix, were it alone; no more than the matrix takes. */
  default double allowance(OperatingPoints matrix) {
    return Math.min(unit().ofMatrix(matrix), unit().of(matrix.get(choose(matrix))));
  }

  /** True if {@link #choose} asks for errors. */
  default boolean needsErrors() {
    return false;
  }

  /** True if it says nothing of forms that have no rank. */
  default boolean needsRanks() {
    return false;
  }

  /**
   * Every matrix keeps the same fraction of its numbers.
   *
   * @param fraction in (0, 1]
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
    public double allowance(OperatingPoints matrix) {
      return fraction * matrix.rows() * matrix.cols();
    }

    @Override
    public int choose(OperatingPoints matrix) {
      return matrix.atMost(unit(), allowance(matrix));
    }
  }

  /**
   * Every matrix may store the same number of bits for each of its numbers.
   *
   * @param perNumber in (0, 32], 32 being the matrix as it is
   */
  record Bits(double perNumber) implements Budget {
    /** Checks the number. */
    public Bits {
      if (!(perNumber > 0 && perNumber <= OperatingPoints.DENSE_BITS)) {
        throw new InputException("--bits must be in (0, 32], but is " + perNumber);
      }
    }

    @Override
    public String kind() {
      return "bits";
    }

    @Override
    public double value() {
      return perNumber;
    }

    @Override
    public Unit unit() {
      return Unit.BITS;
    }

    @Override
    public double allowance(OperatingPoints matrix) {
      return perNumber * matrix.rows() * matrix.cols();
    }

    @Override
    public int choose(OperatingPoints matrix) {
      return matrix.atMost(unit(), allowance(matrix));
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
    public boolean needsRanks() {
      return true;
    }

    @Override
    public int choose(OperatingPoints matrix) {
      int chosen = 0;
      while (chosen + 1 < matrix.count() && matrix.get(chosen + 1).rank() <= rank) {
        chosen++;
      }
      return chosen;
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
    public boolean needsErrors() {
      return true;
    }

    @Override
    public boolean needsRanks() {
      return true;
    }

    @Override
    public int choose(OperatingPoints matrix) {
      return matrix.ofEnergy(share);
    }
  }
}
