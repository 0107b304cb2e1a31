package io.github.lrfbench.kernels.cpu.blas;

import static io.github.lrfbench.kernels.cpu.memory.CpuTensor.ARGUMENTS;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.cpu.memory.CpuTensor;
import io.github.lrfbench.kernels.cpu.rows.DoubleRowMath;
import io.github.lrfbench.kernels.cpu.rows.FloatRowMath;
import io.github.lrfbench.kernels.cpu.rows.RowPartition;
import io.github.lrfbench.kernels.cpu.rows.Rows;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Blas;
import java.nio.ByteBuffer;

/**
 * {@link Blas} over OpenBLAS, which is kept to one thread: the device's workers split the work
 * instead.
 */
public final class CpuBlas implements Blas {
  /** Blocks along one side of a symmetric product, for each worker. */
  private static final int SYRK_BLOCKS_PER_WORKER = 2;

  private static final int MIN_SYRK_BLOCK = 128;

  private final Workers workers;
  private final MatrixKernels<float[]> floats;
  private final MatrixKernels<double[]> doubles;

  /** Products that these workers share. */
  public CpuBlas(Workers workers) {
    this.workers = workers;
    floats = new MatrixKernels<>(FloatRowMath.INSTANCE, workers);
    doubles = new MatrixKernels<>(DoubleRowMath.INSTANCE, workers);
  }

  private MatrixKernels<?> kernels(Matrix matrix) {
    return matrix.dtype() == DType.F64 ? doubles : floats;
  }

  @Override
  public void gemm(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    ARGUMENTS.requireProduct("gemm", transA, transB, a, b, c);
    int k = transA ? a.rows() : a.cols();
    GemmTiles tiles = GemmTiles.of(c.rows(), c.cols(), k, workers.width());
    workers.forEach(
        tiles.count(),
        tile -> {
          int top = tiles.top(tile);
          int bottom = tiles.bottom(tile);
          int left = tiles.left(tile);
          int right = tiles.right(tile);
          Gemm.run(
              transA,
              transB,
              alpha,
              transA ? a.columns(top, bottom) : a.rows(top, bottom),
              transB ? b.rows(left, right) : b.columns(left, right),
              beta,
              c.rows(top, bottom).columns(left, right));
        });
  }

  @Override
  public void syrk(boolean transA, Matrix a, Matrix c) {
    ARGUMENTS.requireOneType("syrk", c, a);
    int n = transA ? a.cols() : a.rows();
    ARGUMENTS.requireShapes(c.rows() == n && c.cols() == n, "syrk", a, c);
    syrkUpper(transA, a, c);
    kernels(c).mirrorUpper(c);
  }

  @Override
  public void addGram(Matrix a, Matrix c) {
    ARGUMENTS.requireFloating("addGram", a);
    ARGUMENTS.requireFloating("addGram", c);
    int n = a.cols();
    ARGUMENTS.requireShapes(
        c.rows() == n && c.cols() == n && c.dtype() == DType.F64, "addGram", a, c);
    try (Scope scratch = a.device().openScope()) {
      Matrix gram = Matrix.of(scratch.allocate(a.dtype(), n, n));
      syrkUpper(true, a, gram);
      doubles.addUpper(gram, c);
    }
  }

  /** The upper triangle of {@code c = op(a) op(a)ᵀ}; below it c holds anything. */
  private void syrkUpper(boolean transA, Matrix a, Matrix c) {
    int n = c.rows();
    int wanted = workers.width() == 1 ? 1 : workers.width() * SYRK_BLOCKS_PER_WORKER;
    int blocks = Math.max(1, Math.min(wanted, n / MIN_SYRK_BLOCK));
    int pairs = blocks * (blocks + 1) / 2;
    workers.forEach(pairs, pair -> syrkBlock(transA, a, c, pair, blocks));
  }

  /** The pairs of blocks of the upper triangle, by distance from the diagonal. */
  private static void syrkBlock(boolean transA, Matrix a, Matrix c, int pair, int blocks) {
    int distance = blocks - 1;
    int before = pair;
    while (before >= blocks - distance) {
      before -= blocks - distance;
      distance--;
    }
    int top = RowPartition.cut(c.rows(), before, blocks);
    int bottom = RowPartition.cut(c.rows(), before + 1, blocks);
    int left = RowPartition.cut(c.rows(), before + distance, blocks);
    int right = RowPartition.cut(c.rows(), before + distance + 1, blocks);
    Matrix block = c.rows(top, bottom).columns(left, right);
    Matrix upper = transA ? a.columns(top, bottom) : a.rows(top, bottom);
    if (distance == 0) {
      Gemm.syrkUpper(transA, upper, block);
    } else {
      Matrix lower = transA ? a.columns(left, right) : a.rows(left, right);
      Gemm.run(transA, !transA, 1, upper, lower, 0, block);
    }
  }

  @Override
  public void copy(Matrix x, Matrix y) {
    ARGUMENTS.requireCopy(x, y);
    if (x.dtype().isCode()) {
      copyCodes(x, y);
    } else {
      kernelsFor(x, y).copy(x, y);
    }
  }

  private static void copyCodes(Matrix x, Matrix y) {
    ByteBuffer source = CpuTensor.of(x).codeBuffer();
    ByteBuffer target = CpuTensor.of(y).codeBuffer();
    for (int i = 0; i < x.rows(); i++) {
      target.put((int) Rows.start(y, i), source, (int) Rows.start(x, i), x.cols());
    }
  }

  @Override
  public void transpose(Matrix x, Matrix y) {
    ARGUMENTS.requireFloating("transpose", x);
    ARGUMENTS.requireFloating("transpose", y);
    ARGUMENTS.requireShapes(x.rows() == y.cols() && x.cols() == y.rows(), "transpose", x, y);
    kernelsFor(x, y).transpose(x, y);
  }

  /** The kernels of the wider type, which read and write the other as well. */
  private MatrixKernels<?> kernelsFor(Matrix x, Matrix y) {
    return x.dtype() == DType.F64 ? doubles : kernels(y);
  }

  @Override
  public void scaleRows(Matrix x, double[] factors) {
    ARGUMENTS.requireFloating("scaleRows", x);
    requireFactors(x.rows(), factors);
    kernels(x).scaleRows(x, factors);
  }

  @Override
  public void scaleColumns(Matrix x, double[] factors) {
    ARGUMENTS.requireFloating("scaleColumns", x);
    requireFactors(x.cols(), factors);
    kernels(x).scaleColumns(x, factors);
  }

  @Override
  public double squaredNorm(Matrix x) {
    ARGUMENTS.requireFloating("squaredNorm", x);
    return kernels(x).squaredNorm(x);
  }

  /** Whether no element is NaN or infinite. */
  public boolean isFinite(Matrix x) {
    return kernels(x).isFinite(x);
  }

  private static void requireFactors(int wanted, double[] factors) {
    if (factors.length != wanted) {
      throw new IllegalArgumentException(wanted + " factors wanted, not " + factors.length);
    }
  }
}
