package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * CP by alternating least squares (Carroll and Chang 1970; Harshman 1970) under a ridge: each
 * factor in turn is M (V + μ I)⁻¹, M being the unfolded tensor times the Khatri-Rao product of the
 * other two and V the elementwise product of their Gram matrices. The error is told by M and V,
 * without the tensor that the factors make.
 *
 * <p>Components that grow against each other ({@link CpFactors#degeneratePairs}) raise the ridge
 * tenfold a sweep. The best of all starts is kept.
 */
final class CpSolver {
  private static final double FIRST_RAISED = 1e-6;
  private static final double MOST_RAISED = 1e-2;

  /** Where rounding leaves a matrix no Cholesky factor: the first ridge that is tried. */
  private static final double ROUNDING = 1e-14;

  /** Sampled sweeps between two exact errors. */
  private static final int BETWEEN_ERRORS = 5;

  private final Device device;

  /** Of norm 1. */
  private final SliceTensor tensor;

  private final double norm;
  private final int rank;
  private final CpSettings settings;

  /**
   * What was found.
   *
   * @param factors of the tensor over its norm
   * @param error squared, as a part of the tensor's energy
   * @param sweeps that were made
   * @param ridge of the last sweep
   * @param degenerate pairs of components in it
   * @param errors after each sweep whose error is known
   */
  record Result(
      CpFactors factors,
      double error,
      int sweeps,
      double ridge,
      int degenerate,
      List<Double> errors) {}

  /**
   * A search.
   *
   * @param scope owns a copy of the tensor
   */
  CpSolver(SliceTensor given, int rank, CpSettings settings, Scope scope) {
    this.device = scope.device();
    this.rank = rank;
    this.settings = settings;
    this.norm = Math.sqrt(given.squaredNorm());
    Matrix x = Matrices.toDouble(given.x(), scope);
    double[] scales = new double[x.rows()];
    Arrays.fill(scales, norm > 0 ? 1 / norm : 0);
    device.blas().scaleRows(x, scales);
    this.tensor = new SliceTensor(x, given.w());
  }

  /** The tensor's. */
  double norm() {
    return norm;
  }

  /** The best of all starts. */
  Result solve() {
    Result best = null;
    for (int start = 0; start <= settings.restarts(); start++) {
      SplittableRandom random = new SplittableRandom(settings.seed() + start);
      Result found = descend(start(start == 0, random), random);
      if (best == null || found.error() < best.error()) {
        best = found;
      }
    }
    return best;
  }

  /** Leading singular vectors of the unfoldings, as many as there are; else random ones. */
  private CpFactors start(boolean hosvd, SplittableRandom random) {
    double[][] factors = new double[3][];
    for (int mode = 0; mode < 3; mode++) {
      int size = tensor.size(mode);
      factors[mode] = random.doubles((long) size * rank, -1, 1).toArray();
      if (hosvd) {
        int known = Math.min(size, rank);
        try (Scope scratch = device.openScope()) {
          double[] vectors = tensor.leading(mode, known, scratch).data().toDoubles();
          for (int i = 0; i < vectors.length; i++) {
            factors[mode][i / known * rank + i % known] = vectors[i];
          }
        }
      }
    }
    double[] weights = new double[rank];
    Arrays.fill(weights, 1);
    CpFactors start = new CpFactors(factors, weights);
    for (int mode = 0; mode < 3; mode++) {
      normalize(start, mode);
    }
    return start;
  }

  /** Makes a factor's columns of norm 1; the weights are what their norms were. */
  private static void normalize(CpFactors now, int mode) {
    double[] values = now.factors()[mode];
    double[] squares = new double[now.rank()];
    for (int i = 0; i < values.length; i++) {
      squares[i % squares.length] += values[i] * values[i];
    }
    for (int i = 0; i < values.length; i++) {
      double square = squares[i % squares.length];
      values[i] = square > 0 ? values[i] / Math.sqrt(square) : 0;
    }
    Arrays.setAll(now.weights(), r -> Math.sqrt(squares[r]));
  }

  private Result descend(CpFactors now, SplittableRandom random) {
    CpSampling sampling = settings.sampled() ? new CpSampling(tensor, random) : null;
    double ridge = settings.ridge();
    double before = Double.POSITIVE_INFINITY;
    List<Double> errors = new ArrayList<>();
    int degenerate = 0;
    int sweep = 0;
    for (boolean goesOn = true; goesOn; ) {
      sweep++;
      boolean last = sweep >= settings.sweeps();
      boolean exact = sampling == null || last || sweep % BETWEEN_ERRORS == 0;
      double error = sweep(now, ridge, exact ? null : sampling);
      goesOn = !last;
      if (exact) {
        errors.add(error);
        goesOn &= !(Math.abs(before - error) < settings.tolerance());
        before = error;
      }
      degenerate = degeneratePairs(now);
      if (degenerate > 0 && settings.ridge() > 0) {
        ridge = Math.min(MOST_RAISED, Math.max(FIRST_RAISED, 10 * ridge));
      }
    }
    return new Result(now, before, sweep, ridge, degenerate, errors);
  }

  private int degeneratePairs(CpFactors now) {
    double[][] cosines = new double[3][];
    try (Scope scratch = device.openScope()) {
      for (int mode = 0; mode < 3; mode++) {
        cosines[mode] = now.gram(mode, scratch).data().toDoubles();
      }
    }
    return CpFactors.degeneratePairs(cosines, rank);
  }

  /**
   * All factors in turn.
   *
   * @param sampling null to solve the whole problems
   * @return the squared error, NaN of sampled problems
   */
  private double sweep(CpFactors now, double ridge, CpSampling sampling) {
    double error = Double.NaN;
    try (Scope scope = device.openScope()) {
      Matrix image = null;
      for (int mode = 0; mode < 3; mode++) {
        try (Scope scratch = device.openScope()) {
          if (sampling != null && sampling.helps(mode, rank)) {
            CpSampling.Sample sample = sampling.draw(mode, now, scratch);
            Matrix gram = Matrices.allocate(scratch, rank, rank);
            device.blas().syrk(true, sample.products(), gram);
            Matrix right =
                Matrices.product(true, sample.products(), false, sample.observed(), scratch);
            update(now, mode, gram, right, ridge, scratch);
            continue;
          }
          if (mode != SliceTensor.ROWS && image == null) {
            // X A serves both other factors.
            image = Matrices.product(false, tensor.x(), false, now.of(0, scope), scope);
          }
          Matrix gram = gramOfOthers(now, mode, scratch);
          Matrix right = right(now, mode, image, scratch);
          update(now, mode, gram, right, ridge, scratch);
          if (mode == SliceTensor.SLICES) {
            error = error(now, gram, right, scratch);
          }
        }
      }
    }
    return error;
  }

  private Matrix gramOfOthers(CpFactors now, int mode, Scope scratch) {
    Matrix product = now.gram((mode + 1) % 3, scratch);
    device.gradients().multiply(now.gram((mode + 2) % 3, scratch), product);
    return product;
  }

  /** Mᵀ [R, size of the mode]. */
  private Matrix right(CpFactors now, int mode, Matrix image, Scope scratch) {
    int w = tensor.w();
    if (mode == SliceTensor.ROWS) {
      Matrix products = Matrices.allocate(scratch, tensor.x().rows(), rank);
      device.nn().khatriRao(now.of(2, scratch), now.of(1, scratch), products);
      return Matrices.product(true, products, false, tensor.x(), scratch);
    }
    double[] images = image.data().toDoubles();
    boolean columns = mode == SliceTensor.COLUMNS;
    double[] others = now.factors()[columns ? SliceTensor.SLICES : SliceTensor.COLUMNS];
    int size = tensor.size(mode);
    double[] sums = new double[size * rank];
    for (int row = 0; row < tensor.x().rows(); row++) {
      int to = (columns ? row % w : row / w) * rank;
      int from = (columns ? row / w : row % w) * rank;
      for (int r = 0; r < rank; r++) {
        sums[to + r] += images[row * rank + r] * others[from + r];
      }
    }
    return Matrices.transpose(Matrix.of(scratch.doubles(sums, size, rank)), scratch);
  }

  /**
   * Solves for a factor.
   *
   * @param gram V, not modified
   * @param right Mᵀ, not modified
   */
  private void update(
      CpFactors now, int mode, Matrix gram, Matrix right, double ridge, Scope scratch) {
    double mean = Arrays.stream(Matrices.diagonal(gram)).average().orElse(0);
    Matrix solved = Matrices.toDouble(right, scratch);
    if (mean > 0) {
      Matrix root = root(gram, ridge, mean, scratch);
      device.lapack().solveLower(false, root, solved);
      device.lapack().solveLower(true, root, solved);
    } else {
      device.gradients().clear(solved);
    }
    now.factors()[mode] = Matrices.transpose(solved, scratch).data().toDoubles();
    normalize(now, mode);
  }

  /** The Cholesky factor under the ridge, or under the smallest one from which there is one. */
  private Matrix root(Matrix gram, double ridge, double mean, Scope scratch) {
    double tried = ridge;
    while (true) {
      Matrix root = Matrices.toDouble(gram, scratch);
      Matrices.addToDiagonal(root, tried * mean);
      if (device.lapack().cholesky(root)) {
        return root;
      }
      tried = Math.max(ROUNDING, 10 * tried);
      if (!(tried <= 1)) {
        throw new ArithmeticException("no factor of CP's normal equations");
      }
    }
  }

  /** ‖T‖² − 2 ⟨M, C⟩ + ⟨V, CᵀC⟩, C with its weights. */
  private double error(CpFactors now, Matrix gram, Matrix right, Scope scratch) {
    Matrix c = now.of(SliceTensor.SLICES, scratch);
    device.blas().scaleColumns(c, now.weights());
    Matrix squares = Matrices.allocate(scratch, rank, rank);
    device.blas().syrk(true, c, squares);
    double energy = norm > 0 ? 1 : 0;
    double inner = Matrices.innerProduct(Matrices.transpose(c, scratch), right);
    return Math.max(0, energy - 2 * inner + Matrices.innerProduct(gram, squares));
  }
}
