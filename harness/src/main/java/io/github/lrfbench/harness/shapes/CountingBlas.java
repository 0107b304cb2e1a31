package io.github.lrfbench.harness.shapes;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ops.Blas;
import java.util.function.Consumer;

/** Matrix products that are counted. */
record CountingBlas(Consumer<Work> log) implements Blas {
  @Override
  public void gemm(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    int inner = transA ? a.rows() : a.cols();
    Work product = Work.product(c.rows(), inner, c.cols(), c.dtype());
    log.accept(
        product.and("gemm", beta == 0 ? 0 : numbers(c), beta == 0 ? 0 : CountingNn.bytes(c)));
  }

  @Override
  public void syrk(boolean transA, Matrix a, Matrix c) {
    int inner = transA ? a.rows() : a.cols();
    long flops = 2L * c.rows() * c.cols() * inner;
    log.accept(new Work("syrk", flops, 0, CountingNn.bytes(a) + CountingNn.bytes(c)));
  }

  @Override
  public void copy(Matrix x, Matrix y) {
    log.accept(new Work("copy", 0, 0, CountingNn.bytes(x) + CountingNn.bytes(y)));
  }

  @Override
  public void transpose(Matrix x, Matrix y) {
    log.accept(new Work("transpose", 0, 0, CountingNn.bytes(x) + CountingNn.bytes(y)));
  }

  @Override
  public void scaleRows(Matrix x, double[] factors) {
    log.accept(new Work("scaleRows", 0, numbers(x), 2 * CountingNn.bytes(x)));
  }

  @Override
  public void scaleColumns(Matrix x, double[] factors) {
    log.accept(new Work("scaleColumns", 0, numbers(x), 2 * CountingNn.bytes(x)));
  }

  @Override
  public double squaredNorm(Matrix x) {
    throw ShapeDevice.noNumbers();
  }

  private static long numbers(Matrix x) {
    return (long) x.rows() * x.cols();
  }
}
