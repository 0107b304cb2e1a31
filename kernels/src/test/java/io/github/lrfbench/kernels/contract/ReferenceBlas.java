package io.github.lrfbench.kernels.contract;

/** Matrix products, by their definitions. */
public final class ReferenceBlas {
  private ReferenceBlas() {}

  /** {@code a b}. */
  public static Grid multiply(Grid a, Grid b) {
    return Grid.of(
        a.rows(),
        b.cols(),
        (i, j) -> {
          double sum = 0;
          for (int l = 0; l < a.cols(); l++) {
            sum += a.at(i, l) * b.at(l, j);
          }
          return sum;
        });
  }

  /** {@code alpha a b + beta c}. */
  public static Grid gemm(double alpha, Grid a, Grid b, double beta, Grid c) {
    Grid product = multiply(a, b);
    return Grid.of(
        product.rows(), product.cols(), (i, j) -> alpha * product.at(i, j) + beta * c.at(i, j));
  }
}
