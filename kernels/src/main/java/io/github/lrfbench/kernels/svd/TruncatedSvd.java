package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Truncated singular value decompositions W ≈ U diag(s) Vᵀ.
 *
 * <p>A list of matrices is spread over the device, one matrix to a worker, the largest first: for
 * the sizes of transformer weights this beats threads inside a decomposition by far. The result of
 * a matrix depends on the matrix, the rank and the options (the seed among them), not on its
 * neighbours or the number of threads.
 */
public final class TruncatedSvd {
  private final Device device;
  private final SvdOptions options;

  /** Decompositions on a device. */
  public TruncatedSvd(Device device, SvdOptions options) {
    this.device = device;
    this.options = options;
  }

  /**
   * Decomposes one matrix.
   *
   * @param scope owns the factors
   * @param matrix W, F32 or F64 [m, n], not modified
   * @param rank at least 1; more than min(m, n) gives min(m, n)
   * @throws ArithmeticException if the matrix holds NaN or infinity
   */
  public SvdFactors factor(Scope scope, Matrix matrix, int rank) {
    return factor(scope, List.of(new SvdRequest(matrix, rank)), SvdProgress.NONE).get(0);
  }

  /**
   * Decomposes matrices.
   *
   * @param scope owns the factors; belongs to the calling thread
   * @return the results in the order of the requests; the factors have their matrix's type
   * @throws ArithmeticException if a matrix holds NaN or infinity, or an iteration fails
   */
  public List<SvdFactors> factor(Scope scope, List<SvdRequest> requests, SvdProgress progress) {
    Matrix[] u = new Matrix[requests.size()];
    Matrix[] vt = new Matrix[requests.size()];
    for (int i = 0; i < u.length; i++) {
      Matrix w = requests.get(i).matrix();
      int rank = requests.get(i).resultRank();
      u[i] = Matrix.of(scope.allocate(w.dtype(), w.rows(), rank));
      vt[i] = Matrix.of(scope.allocate(w.dtype(), rank, w.cols()));
    }
    SvdFactors[] results = new SvdFactors[u.length];
    forEachLargestFirst(
        requests,
        progress,
        i -> {
          results[i] = factorInto(requests.get(i).matrix(), u[i], vt[i]);
        });
    return List.of(results);
  }

  /**
   * All singular values of matrices, in double precision, by the full decomposition without
   * vectors.
   *
   * @param matrices F32 or F64 [m, n], not modified
   * @throws ArithmeticException if a matrix holds NaN or infinity, or an iteration fails
   */
  public List<Spectrum> singularValues(List<Matrix> matrices, SvdProgress progress) {
    Spectrum[] results = new Spectrum[matrices.size()];
    forEachLargestFirst(
        matrices.stream().map(matrix -> new SvdRequest(matrix, 1)).toList(),
        progress,
        i -> results[i] = spectrum(matrices.get(i)));
    return List.of(results);
  }

  private SvdFactors factorInto(Matrix w, Matrix u, Matrix vt) {
    try (Scope work = device.openScope()) {
      ScaledMatrix scaled = ScaledMatrix.of(w, work);
      if (scaled.norm() == 0) {
        fillWithZeros(u);
        fillWithZeros(vt);
        return new SvdFactors(u, vt, zeros(w), SvdAlgorithm.EXACT, DType.F64);
      }
      SvdFactors factors = solve(new Problem(scaled.matrix(), scaled.norm(), u, vt));
      Spectrum spectrum = scaled.unscaled(factors.spectrum());
      return new SvdFactors(u, vt, spectrum, factors.algorithm(), factors.precision());
    }
  }

  private Spectrum spectrum(Matrix w) {
    try (Scope work = device.openScope()) {
      ScaledMatrix scaled = ScaledMatrix.of(w, work);
      return scaled.norm() == 0
          ? zeros(w)
          : scaled.unscaled(ExactSvd.spectrum(scaled.matrix(), scaled.norm()));
    }
  }

  private static Spectrum zeros(Matrix w) {
    int size = Math.min(w.rows(), w.cols());
    return new Spectrum(new double[size], size, 0, true);
  }

  private static void fillWithZeros(Matrix matrix) {
    double[] zeros = new double[matrix.cols()];
    for (int i = 0; i < matrix.rows(); i++) {
      matrix.data().write(matrix.offset() + (long) i * matrix.stride(), zeros, 0, zeros.length);
    }
  }

  private SvdFactors solve(Problem problem) {
    return switch (options.algorithm()) {
      case EXACT -> ExactSvd.solve(problem);
      case GRAM -> GramSvd.solve(problem, DType.F64);
      case RANDOMIZED -> RandomizedSvd.solve(problem, options);
      case AUTO -> AutoSvd.solve(problem, options);
    };
  }

  private void forEachLargestFirst(
      List<SvdRequest> requests, SvdProgress progress, IntConsumer task) {
    int[] order =
        IntStream.range(0, requests.size())
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -requests.get(i).cost()))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] finished = new int[1];
    device.forEach(
        order.length,
        position -> {
          task.accept(order[position]);
          synchronized (finished) {
            finished[0]++;
            progress.finished(finished[0], order.length);
          }
        });
  }
}
