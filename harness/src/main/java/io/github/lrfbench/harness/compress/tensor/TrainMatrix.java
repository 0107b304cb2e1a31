package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.TensorTrain;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A matrix as a tensor train over paired modes, by TT-SVD. Of every shape the ranks grow one by
 * one, always that whose next singular value holds most for the numbers that it costs. Points are
 * those whose bound on the error, the sum over all cuts of what their dropped singular values hold,
 * is below that of every cheaper one.
 */
final class TrainMatrix implements StackFactorization {
  /** By how much a point's numbers at least exceed those of the one before. */
  private static final double STEP = 1.005;

  private final LinearSlot slot;
  private final List<Train> trains = new ArrayList<>();
  private final OperatingPoints points;

  /**
   * Sizes of a train.
   *
   * @param ranks r₀ to r_d
   * @param bound on the squared error
   */
  private record Train(List<int[]> modes, int[] ranks, long numbers, double bound) {
    long products() {
      return TensorTrain.products(modes, ranks);
    }
  }

  private TrainMatrix(LinearSlot slot, String shape) {
    this.slot = slot;
    int rows = slot.linear().outputs();
    int cols = slot.linear().inputs();
    List<Train> all = new ArrayList<>();
    double energy;
    try (Scope scratch = slotScope()) {
      double[] w = SlotMatrix.of(slot, scratch).data().toDoubles();
      energy = energy(w);
      for (List<int[]> modes : TrainShapes.of(shape, rows, cols)) {
        all.addAll(path(modes, spectra(permuted(w, modes), modes), (long) rows * cols));
      }
    }
    all.sort(Comparator.comparingLong(Train::numbers).thenComparingDouble(Train::bound));
    boolean auto = shape.equals(TrainShapes.AUTO);
    List<Point> offered = new ArrayList<>();
    for (Train train : all) {
      Train last = trains.isEmpty() ? null : trains.get(trains.size() - 1);
      boolean tooMany = auto && train.products() > (long) rows * cols;
      if (last != null
          && (tooMany
              || train.bound() >= last.bound()
              || train.numbers() < STEP * last.numbers())) {
        continue;
      }
      trains.add(train);
      int[] inner = new int[train.modes().size() - 1];
      System.arraycopy(train.ranks(), 1, inner, 0, inner.length);
      offered.add(
          new Point(
              train.numbers(),
              OperatingPoints.DENSE_BITS * train.numbers(),
              train.bound(),
              0,
              TensorTrain.label(train.modes(), inner)));
    }
    this.points = new OperatingPoints(rows, cols, energy, offered);
  }

  static TrainMatrix of(LinearSlot slot, String shape) {
    return new TrainMatrix(slot, shape);
  }

  private Scope slotScope() {
    return device().openScope();
  }

  private Device device() {
    return slot.linear().weights("w").get(0).value().device();
  }

  private static double energy(double[] w) {
    double sum = 0;
    for (double element : w) {
      sum += element * element;
    }
    if (!Double.isFinite(sum)) {
      throw new ArithmeticException("the matrix holds NaN or infinity");
    }
    return sum;
  }

  /** W with output and input of every pair of modes side by side, the first pair slowest. */
  static double[] permuted(double[] w, List<int[]> modes) {
    int cols = modes.stream().mapToInt(mode -> mode[1]).reduce(1, (a, b) -> a * b);
    double[] permuted = new double[w.length];
    for (int place = 0; place < w.length; place++) {
      int rest = place;
      int row = 0;
      int column = 0;
      int below = 1;
      int beside = 1;
      for (int k = modes.size() - 1; k >= 0; k--) {
        int m = modes.get(k)[0];
        int n = modes.get(k)[1];
        column += rest % n * beside;
        rest /= n;
        row += rest % m * below;
        rest /= m;
        below *= m;
        beside *= n;
      }
      permuted[place] = w[row * cols + column];
    }
    return permuted;
  }

  private static int size(int[] mode) {
    return mode[0] * mode[1];
  }

  /** Squared singular values at every cut between cores, in descending order. */
  private double[][] spectra(double[] permuted, List<int[]> modes) {
    double[][] spectra = new double[modes.size() - 1][];
    int rows = 1;
    for (int k = 0; k < spectra.length; k++) {
      rows *= size(modes.get(k));
      int cols = permuted.length / rows;
      try (Scope scratch = slotScope()) {
        Matrix unfolded = Matrix.of(scratch.doubles(permuted, rows, cols));
        int count = Math.min(rows, cols);
        Matrix gram = Matrices.allocate(scratch, count, count);
        scratch.device().blas().syrk(cols < rows, unfolded, gram);
        Tensor values = scratch.allocate(DType.F64, count);
        Matrix vectors = Matrices.allocate(scratch, count, count);
        scratch.device().lapack().largestEigenpairs(gram, count, values, vectors);
        spectra[k] = values.toDoubles();
      }
    }
    return spectra;
  }

  /** Trains of growing ranks. */
  private static List<Train> path(List<int[]> modes, double[][] spectra, long whole) {
    int[] ranks = new int[modes.size() + 1];
    Arrays.fill(ranks, 1);
    double bound = 0;
    for (double[] spectrum : spectra) {
      for (int r = 1; r < spectrum.length; r++) {
        bound += Math.max(0, spectrum[r]);
      }
    }
    List<Train> path = new ArrayList<>();
    long numbers = numbers(modes, ranks);
    path.add(new Train(modes, ranks.clone(), numbers, bound));
    while (true) {
      int best = -1;
      double most = -1;
      for (int k = 1; k < modes.size(); k++) {
        if (ranks[k] < limit(modes, ranks, k)) {
          long cost = cost(modes, ranks, k);
          double gain = Math.max(0, spectra[k - 1][ranks[k]]) / cost;
          if (gain > most) {
            most = gain;
            best = k;
          }
        }
      }
      if (best < 0) {
        return path;
      }
      numbers += cost(modes, ranks, best);
      bound = Math.max(0, bound - Math.max(0, spectra[best - 1][ranks[best]]));
      ranks[best]++;
      if (numbers >= whole) {
        return path;
      }
      path.add(new Train(modes, ranks.clone(), numbers, bound));
    }
  }

  /** The largest rank beside the ranks around it. */
  private static int limit(List<int[]> modes, int[] ranks, int k) {
    return Math.min(ranks[k - 1] * size(modes.get(k - 1)), size(modes.get(k)) * ranks[k + 1]);
  }

  /** Numbers that one more of a rank takes. */
  private static long cost(List<int[]> modes, int[] ranks, int k) {
    return (long) ranks[k - 1] * size(modes.get(k - 1)) + (long) size(modes.get(k)) * ranks[k + 1];
  }

  private static long numbers(List<int[]> modes, int[] ranks) {
    long sum = 0;
    for (int k = 0; k < modes.size(); k++) {
      sum += (long) ranks[k] * size(modes.get(k)) * ranks[k + 1];
    }
    return sum;
  }

  @Override
  public OperatingPoints points() {
    return points;
  }

  @Override
  public List<Fit> fit(int point, Scope scope) {
    Train train = trains.get(point);
    List<int[]> modes = train.modes();
    try (Scope scratch = scope.device().openScope()) {
      double[] w = SlotMatrix.of(slot, scratch).data().toDoubles();
      Matrix rest = Matrix.of(scratch.doubles(permuted(w, modes), 1, w.length));
      List<Matrix> cores = new ArrayList<>();
      for (int k = 0; k < modes.size() - 1; k++) {
        int rows = train.ranks()[k] * size(modes.get(k));
        Matrix unfolded = rest.reshape(rows, rest.rows() * rest.cols() / rows);
        Matrix u =
            new TruncatedSvd(scope.device(), SvdOptions.of(SvdAlgorithm.GRAM))
                .factor(scratch, unfolded, train.ranks()[k + 1])
                .u();
        cores.add(core(u, modes.get(k), train.ranks()[k], scope));
        rest = Matrices.product(true, u, false, unfolded, scratch);
      }
      double kept = scope.device().blas().squaredNorm(rest);
      int last = modes.size() - 1;
      cores.add(
          core(
              rest.reshape(rest.rows() * rest.cols(), 1),
              modes.get(last),
              train.ranks()[last],
              scope));
      double error = Math.sqrt(Math.max(0, points.energy() - kept));
      Diagnostics diagnostics = new Diagnostics("tt-svd", error, Double.NaN, Double.NaN, "");
      return List.of(new Fit(new TensorTrain(modes, cores, null), diagnostics));
    }
  }

  /** A core [r', m, n, r] as a train stores it, [n r, r' m]. */
  private static Matrix core(Matrix u, int[] mode, int before, Scope scope) {
    int after = u.cols();
    double[] values = Matrices.toDouble(u, scope).data().toDoubles();
    double[] stored = new double[values.length];
    int outer = before * mode[0];
    for (int i = 0; i < values.length; i++) {
      stored[i % (mode[1] * after) * outer + i / (mode[1] * after)] = values[i];
    }
    return Matrix.of(scope.doubles(stored, (long) mode[1] * after, outer));
  }
}
