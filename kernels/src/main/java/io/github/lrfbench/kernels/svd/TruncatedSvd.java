package io.github.lrfbench.kernels.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Truncated singular value decompositions W ≈ U diag(s) Vᵀ.
 *
 * <p>A list of matrices is spread over the device, one matrix to a worker, the largest first: for
 * the sizes of transformer weights this beats threads inside a decomposition by far. On devices
 * that one matrix does not fill, those of one shape go through the steps together. The result of a
 * matrix depends on the matrix, the rank and the options (the seed among them), not on its
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
    Progress finished = new Progress(progress, u.length);
    if (device.batched().isPreferred()) {
      for (List<Integer> batch : batches(requests)) {
        factorBatch(requests, batch, u, vt, results, finished);
      }
    }
    List<Integer> single =
        IntStream.range(0, u.length).filter(i -> results[i] == null).boxed().toList();
    forEachLargestFirst(
        single,
        i -> requests.get(i).cost(),
        finished,
        i -> results[i] = factorInto(requests.get(i).matrix(), u[i], vt[i]));
    return List.of(results);
  }

  /** Groups what can be decomposed at once: one shape, type and rank. */
  private List<List<Integer>> batches(List<SvdRequest> requests) {
    Map<List<Object>, List<Integer>> byShape = new LinkedHashMap<>();
    for (int i = 0; i < requests.size(); i++) {
      Matrix w = requests.get(i).matrix();
      if (BatchedSvd.of(requests.get(i), options) != null) {
        byShape
            .computeIfAbsent(
                List.of(w.rows(), w.cols(), w.dtype(), requests.get(i).resultRank()),
                shape -> new ArrayList<>())
            .add(i);
      }
    }
    List<List<Integer>> batches = new ArrayList<>();
    for (List<Integer> equal : byShape.values()) {
      int most = BatchedSvd.batchSize(requests.get(equal.get(0)).matrix());
      for (int from = 0; from < equal.size(); from += most) {
        batches.add(equal.subList(from, Math.min(equal.size(), from + most)));
      }
    }
    return batches;
  }

  /** Fills in the results of a batch, except those that are left to the way for single ones. */
  private void factorBatch(
      List<SvdRequest> requests,
      List<Integer> batch,
      Matrix[] u,
      Matrix[] vt,
      SvdFactors[] results,
      Progress finished) {
    try (Scope work = device.openScope()) {
      List<Integer> members = new ArrayList<>();
      List<ScaledMatrix> scaled = new ArrayList<>();
      List<Problem> problems = new ArrayList<>();
      for (int i : batch) {
        ScaledMatrix matrix = ScaledMatrix.of(requests.get(i).matrix(), work);
        if (matrix.norm() > 0) {
          members.add(i);
          scaled.add(matrix);
          problems.add(new Problem(matrix.matrix(), matrix.norm(), u[i], vt[i]));
        }
      }
      if (problems.isEmpty()) {
        return;
      }
      SvdFactors[] solved =
          BatchedSvd.of(requests.get(batch.get(0)), options).solve(device, problems);
      for (int j = 0; j < solved.length; j++) {
        if (solved[j] != null) {
          results[members.get(j)] = unscaled(scaled.get(j), solved[j]);
          finished.one();
        }
      }
    }
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
        IntStream.range(0, results.length).boxed().toList(),
        i -> new SvdRequest(matrices.get(i), 1).cost(),
        new Progress(progress, results.length),
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
      return unscaled(scaled, solve(new Problem(scaled.matrix(), scaled.norm(), u, vt)));
    }
  }

  private static SvdFactors unscaled(ScaledMatrix scaled, SvdFactors factors) {
    return new SvdFactors(
        factors.u(),
        factors.vt(),
        scaled.unscaled(factors.spectrum()),
        factors.algorithm(),
        factors.precision());
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
      List<Integer> indices, ToDoubleFunction<Integer> cost, Progress finished, IntConsumer task) {
    List<Integer> order = new ArrayList<>(indices);
    order.sort(Comparator.comparingDouble(cost).reversed());
    device.forEach(
        order.size(),
        position -> {
          task.accept(order.get(position));
          finished.one();
        });
  }

  /** Counts what is done, from any thread. */
  private static final class Progress {
    private final SvdProgress listener;
    private final int total;
    private int finished;

    Progress(SvdProgress listener, int total) {
      this.listener = listener;
      this.total = total;
    }

    synchronized void one() {
      finished++;
      listener.finished(finished, total);
    }
  }
}
