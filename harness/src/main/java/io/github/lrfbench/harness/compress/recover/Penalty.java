package io.github.lrfbench.harness.compress.recover;

/**
 * What is to be small of a whitened matrix X, so that little is lost when it is truncated: a
 * function of ‖X‖² and of h, the sum of its k largest squared singular values.
 */
enum Penalty {
  /** ‖X‖² / σ₁², k being 1. */
  STABLE_RANK("stable-rank") {
    @Override
    double of(double all, double head) {
      return all / head;
    }

    @Override
    double[] slopes(double all, double head) {
      return new double[] {2 / head, -2 * all / (head * head)};
    }
  },
  /** 1 − h / ‖X‖², the share of the outputs' energy that truncation to rank k loses. */
  TAIL("tail") {
    @Override
    double of(double all, double head) {
      return Math.max(0, 1 - head / all);
    }

    @Override
    double[] slopes(double all, double head) {
      return new double[] {2 * head / (all * all), -2 / all};
    }
  };

  private final String label;

  Penalty(String label) {
    this.label = label;
  }

  /** As users write it. */
  String label() {
    return label;
  }

  static Penalty parse(String label) {
    for (Penalty penalty : values()) {
      if (penalty.label.equals(label)) {
        return penalty;
      }
    }
    throw new IllegalArgumentException("no penalty " + label);
  }

  /** Its value. */
  abstract double of(double all, double head);

  /**
   * What the gradient is made of: a X + b B Bᵀ X, B being the k left singular vectors. For these,
   * which are where h is largest, it is exact.
   *
   * @return a and b
   */
  abstract double[] slopes(double all, double head);
}
