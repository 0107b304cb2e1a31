package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.linear.TensorSlices.Kind;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The higher-order singular value decomposition of a stack's tensor (De Lathauwer et al. 2000): U₁,
 * U₂ and U₃ of the leading singular vectors of its unfoldings. Cut to a core of [R1, R2, R3] it
 * loses what the full core S holds outside of that, so that S tells the errors of all cores. Points
 * are those that hold more than every cheaper one.
 *
 * <p>A {@code TUCKER} point is improved by higher-order orthogonal iteration: each U from the
 * tensor projected on the others, until that gains nothing. A {@code TT} point has R3 = K without
 * U₃, which is the train A, G, B of the tensor as [D, K, w]: U₂ is then that of the tensor
 * projected on U₁, which is the TT-SVD (Oseledets 2011).
 */
final class Hosvd implements StackFactorization {
  /** Ranks of a mode that are looked at, at most. */
  private static final int RANKS = 64;

  /** By how much a point's numbers at least exceed those of the one before. */
  private static final double STEP = 1.005;

  /** An iteration that gains less than this part of the energy is the last. */
  private static final double LEAST_GAIN = 1e-5;

  private static final int[] MODES = {SliceTensor.ROWS, SliceTensor.COLUMNS, SliceTensor.SLICES};

  private final SlotStack stack;
  private final Kind kind;
  private final SliceTensor tensor;
  private final int sweeps;
  private final List<int[]> shapes = new ArrayList<>();
  private final OperatingPoints points;

  /**
   * A stack's decomposition.
   *
   * @param sweeps of iteration, at most
   * @param scope owns the tensor
   */
  Hosvd(SlotStack stack, Kind kind, int sweeps, Scope scope) {
    this.stack = stack;
    this.kind = kind;
    this.sweeps = sweeps;
    this.tensor = stack.tensor(scope);
    this.points = frontier(new CoreEnergy(tensor));
  }

  private static int[] ranks(int size) {
    return IntStream.rangeClosed(1, Math.min(size, RANKS))
        .map(i -> (int) ((long) i * size / Math.min(size, RANKS)))
        .toArray();
  }

  private long numbers(int[] shape) {
    long core = (long) shape[0] * shape[1] * shape[2];
    long factors = (long) stack.d() * shape[0] + (long) stack.w() * shape[1];
    return core + factors + (kind == Kind.TT ? 0 : (long) stack.slices() * shape[2]);
  }

  private OperatingPoints frontier(CoreEnergy energy) {
    long whole = (long) stack.d() * stack.w() * stack.slices();
    List<int[]> all = new ArrayList<>();
    int[] ofSlices = kind == Kind.TT ? new int[] {stack.slices()} : ranks(tensor.most(2));
    for (int r1 : ranks(tensor.most(0))) {
      for (int r2 : ranks(tensor.most(1))) {
        for (int r3 : ofSlices) {
          all.add(new int[] {r1, r2, r3});
        }
      }
    }
    all.sort(
        Comparator.<int[]>comparingLong(this::numbers)
            .thenComparing(Comparator.<int[]>comparingDouble(energy::of).reversed())
            .thenComparingInt(shape -> shape[0])
            .thenComparingInt(shape -> shape[1]));
    List<Point> offered = new ArrayList<>();
    double held = -1;
    for (int[] shape : all) {
      boolean first = offered.isEmpty();
      if (!first
          && (numbers(shape) >= whole
              || energy.of(shape) <= held
              || numbers(shape) < STEP * offered.get(offered.size() - 1).numbers())) {
        continue;
      }
      held = energy.of(shape);
      shapes.add(shape);
      double error = Math.max(0, energy.total() - held);
      offered.add(SliceForms.point(numbers(shape), error, kind, shape[0], shape[1], shape[2]));
    }
    return new OperatingPoints(
        stack.slices() * stack.w(), stack.d(), energy.total(), List.copyOf(offered));
  }

  @Override
  public OperatingPoints points() {
    return points;
  }

  @Override
  public List<Fit> fit(int point, Scope scope) {
    int[] shape = shapes.get(point);
    try (Scope scratch = scope.device().openScope()) {
      Matrix[] factors = new Matrix[MODES.length];
      // Sequentially truncated: each mode of what the modes before have left.
      SliceTensor core = tensor;
      int modes = kind == Kind.TT ? 2 : 3;
      for (int mode = 0; mode < modes; mode++) {
        factors[mode] = core.leading(mode, shape[mode], scope);
        core = core.times(mode, factors[mode], scratch);
      }
      if (kind == Kind.TT) {
        return SliceForms.of(
            stack,
            kind,
            List.of(factors[0], factors[1]),
            core.byRows(scope),
            "tt-svd",
            0,
            "",
            scope);
      }
      int done = iterate(factors, shape, scope);
      for (int mode = 0; mode < modes; mode++) {
        core = mode == 0 ? tensor : core;
        core = core.times(mode, factors[mode], scratch);
      }
      return SliceForms.of(
          stack,
          kind,
          List.of(factors[0], factors[1], core.byRows(scope)),
          factors[2],
          "hooi",
          0,
          "; " + done + " sweeps",
          scope);
    }
  }

  /** Improves the factors; returns the number of sweeps. */
  private int iterate(Matrix[] factors, int[] shape, Scope scope) {
    double before = 0;
    for (int sweep = 1; sweep <= sweeps; sweep++) {
      double held = 0;
      for (int mode : MODES) {
        try (Scope scratch = scope.device().openScope()) {
          SliceTensor projected = tensor;
          for (int other : MODES) {
            if (other != mode) {
              projected = projected.times(other, factors[other], scratch);
            }
          }
          factors[mode] = projected.leading(mode, shape[mode], scope);
          held = projected.times(mode, factors[mode], scratch).squaredNorm();
        }
      }
      if (held - before <= LEAST_GAIN * points.energy()) {
        return sweep;
      }
      before = held;
    }
    return sweeps;
  }
}
