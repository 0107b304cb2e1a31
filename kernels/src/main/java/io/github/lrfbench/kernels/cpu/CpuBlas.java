package io.github.lrfbench.kernels.cpu;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasUpper;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.ops.Blas;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * {@link Blas} over OpenBLAS, which is kept to one thread: the device's workers split the work
 * instead.
 */
final class CpuBlas implements Blas {
  /** A product is split over workers only above this many multiplications. */
  private static final long PARALLEL_WORK = 1 << 18;

  private static final int TILE = 64;

  private final Workers workers;

  CpuBlas(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void gemm(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    int m = c.rows();
    int n = c.cols();
    int k = transA ? a.rows() : a.cols();
    require(
        (transA ? a.cols() : a.rows()) == m
            && (transB ? b.cols() : b.rows()) == k
            && (transB ? b.rows() : b.cols()) == n,
        "gemm",
        a,
        b,
        c);
    int parts = (long) m * n * k < PARALLEL_WORK ? 1 : workers.threads();
    workers.forEach(
        parts,
        part -> {
          if (n >= m) {
            int from = split(n, part, parts);
            int to = split(n, part + 1, parts);
            Matrix slice = transB ? b.rows(from, to) : b.columns(from, to);
            serialGemm(transA, transB, alpha, a, slice, beta, c.columns(from, to), k);
          } else {
            int from = split(m, part, parts);
            int to = split(m, part + 1, parts);
            Matrix slice = transA ? a.columns(from, to) : a.rows(from, to);
            serialGemm(transA, transB, alpha, slice, b, beta, c.rows(from, to), k);
          }
        });
  }

  /** Start of part {@code part} of {@code parts}, at a multiple of 16 elements. */
  private static int split(int size, int part, int parts) {
    int from = (int) ((long) size * part / parts);
    return part == parts ? size : from / 16 * 16;
  }

  /** The product on the calling thread; shapes are not checked again. */
  static void serialGemm(
      boolean transA,
      boolean transB,
      double alpha,
      Matrix a,
      Matrix b,
      double beta,
      Matrix c,
      int k) {
    if (c.rows() == 0 || c.cols() == 0) {
      return;
    }
    int ta = transA ? CblasTrans : CblasNoTrans;
    int tb = transB ? CblasTrans : CblasNoTrans;
    int lda = Math.max(1, a.stride());
    int ldb = Math.max(1, b.stride());
    if (c.dtype() == DType.F64) {
      openblas_nolapack.cblas_dgemm(
          CblasRowMajor,
          ta,
          tb,
          c.rows(),
          c.cols(),
          k,
          alpha,
          CpuTensor.doubles(a),
          lda,
          CpuTensor.doubles(b),
          ldb,
          beta,
          CpuTensor.doubles(c),
          c.stride());
    } else {
      openblas_nolapack.cblas_sgemm(
          CblasRowMajor,
          ta,
          tb,
          c.rows(),
          c.cols(),
          k,
          (float) alpha,
          CpuTensor.floats(a),
          lda,
          CpuTensor.floats(b),
          ldb,
          (float) beta,
          CpuTensor.floats(c),
          c.stride());
    }
  }

  @Override
  public void syrk(boolean transA, Matrix a, Matrix c) {
    int n = transA ? a.cols() : a.rows();
    int k = transA ? a.rows() : a.cols();
    require(c.rows() == n && c.cols() == n, "syrk", a, a, c);
    if (n == 0) {
      return;
    }
    int trans = transA ? CblasTrans : CblasNoTrans;
    int lda = Math.max(1, a.stride());
    if (c.dtype() == DType.F64) {
      openblas_nolapack.cblas_dsyrk(
          CblasRowMajor,
          CblasUpper,
          trans,
          n,
          k,
          1,
          CpuTensor.doubles(a),
          lda,
          0,
          CpuTensor.doubles(c),
          c.stride());
    } else {
      openblas_nolapack.cblas_ssyrk(
          CblasRowMajor,
          CblasUpper,
          trans,
          n,
          k,
          1,
          CpuTensor.floats(a),
          lda,
          0,
          CpuTensor.floats(c),
          c.stride());
    }
    mirrorUpper(c);
  }

  private void mirrorUpper(Matrix c) {
    int tiles = (c.rows() + TILE - 1) / TILE;
    workers.forEach(
        tiles,
        tileRow -> {
          int top = tileRow * TILE;
          int bottom = Math.min(c.rows(), top + TILE);
          double[][] rows = new double[bottom - top][c.cols()];
          for (int i = top; i < bottom; i++) {
            Rows.read(c, i, rows[i - top]);
          }
          double[] column = new double[bottom - top];
          for (int j = top + 1; j < c.cols(); j++) {
            int height = Math.min(j, bottom) - top;
            for (int i = 0; i < height; i++) {
              column[i] = rows[i][j];
            }
            c.data().write(c.offset() + (long) j * c.stride() + top, column, 0, height);
          }
        });
  }

  @Override
  public void copy(Matrix x, Matrix y) {
    require(x.rows() == y.rows() && x.cols() == y.cols(), "copy", x, x, y);
    workers.forEach(
        x.rows(),
        i -> {
          double[] row = new double[x.cols()];
          Rows.read(x, i, row);
          Rows.write(y, i, row);
        });
  }

  @Override
  public void transpose(Matrix x, Matrix y) {
    require(x.rows() == y.cols() && x.cols() == y.rows(), "transpose", x, x, y);
    int bands = (x.rows() + TILE - 1) / TILE;
    workers.forEach(
        bands,
        band -> {
          int top = band * TILE;
          int height = Math.min(x.rows() - top, TILE);
          double[][] rows = new double[height][x.cols()];
          for (int i = 0; i < height; i++) {
            Rows.read(x, top + i, rows[i]);
          }
          double[] column = new double[height];
          for (int j = 0; j < x.cols(); j++) {
            for (int i = 0; i < height; i++) {
              column[i] = rows[i][j];
            }
            y.data().write(y.offset() + (long) j * y.stride() + top, column, 0, height);
          }
        });
  }

  @Override
  public void scaleRows(Matrix x, double[] factors) {
    requireFactors(x.rows(), factors);
    workers.forEach(
        x.rows(),
        i -> {
          double[] row = new double[x.cols()];
          Rows.read(x, i, row);
          for (int j = 0; j < row.length; j++) {
            row[j] *= factors[i];
          }
          Rows.write(x, i, row);
        });
  }

  @Override
  public void scaleColumns(Matrix x, double[] factors) {
    requireFactors(x.cols(), factors);
    workers.forEach(
        x.rows(),
        i -> {
          double[] row = new double[x.cols()];
          Rows.read(x, i, row);
          for (int j = 0; j < row.length; j++) {
            row[j] *= factors[j];
          }
          Rows.write(x, i, row);
        });
  }

  @Override
  public double squaredNorm(Matrix x) {
    double[] rowSums = new double[x.rows()];
    workers.forEach(
        x.rows(),
        i -> {
          if (x.dtype() == DType.F32) {
            float[] row = new float[x.cols()];
            x.data().read(Rows.start(x, i), row, 0, row.length);
            rowSums[i] = SquareSums.of(row);
          } else {
            double[] row = new double[x.cols()];
            Rows.read(x, i, row);
            rowSums[i] = SquareSums.of(row);
          }
        });
    double total = 0;
    for (double sum : rowSums) {
      total += sum;
    }
    return total;
  }

  private static void requireFactors(int wanted, double[] factors) {
    if (factors.length != wanted) {
      throw new IllegalArgumentException(wanted + " factors wanted, not " + factors.length);
    }
  }

  private static void require(boolean condition, String operation, Matrix a, Matrix b, Matrix c) {
    if (!condition) {
      throw new IllegalArgumentException(
          String.format(
              "shapes do not fit in %s: %d x %d, %d x %d -> %d x %d",
              operation, a.rows(), a.cols(), b.rows(), b.cols(), c.rows(), c.cols()));
    }
  }
}
