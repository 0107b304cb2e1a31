package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;

/**
 * The neurons of a feed-forward layer, W of [m, n] being its second matrix and C the second moments
 * of the neurons' outputs, with a ridge on its diagonal and, where the bias makes up for the mean,
 * centred. With the neurons J the closest outputs are those of W C[:, J] C[J, J]⁻¹, whose squared
 * error is tr(E C Eᵀ), E being W less that matrix.
 */
final class Neurons implements Narrowing {
  /** The most that a ridge grows to, relative to the mean of the diagonal. */
  private static final double LARGEST_RIDGE = 1e-2;

  private static final double SMALLEST_RIDGE = 1e-9;

  /** Neurons from the one that stays longest on, and the ridge that C needed. */
  private record Order(int[] neurons, double ridge) {}

  private final Pair pair;
  private final Moments moments;
  private final MethodOptions options;
  private final FactorizationCache cache;
  private final Object about;
  private final boolean centred;

  /**
   * The neurons of a pair.
   *
   * @param moments of the second matrix's inputs
   * @param cache keeps the order and the errors
   * @param about what they depend on beside the model
   */
  Neurons(
      Pair pair, Moments moments, MethodOptions options, FactorizationCache cache, Object about) {
    this.pair = pair;
    this.moments = moments;
    this.options = options;
    this.cache = cache;
    this.about = about;
    this.centred = NarrowingMethod.compensates(options);
  }

  @Override
  public int most() {
    return pair.width();
  }

  @Override
  public int elements() {
    return 1;
  }

  @Override
  public String unit() {
    return "neurons";
  }

  @Override
  public double ridge() {
    return order().ridge();
  }

  /** So many neurons, by their numbers. */
  int[] kept(int count) {
    int[] kept = Arrays.copyOf(order().neurons(), count);
    Arrays.sort(kept);
    return kept;
  }

  private Order order() {
    return cache.find(
        List.of("neurons", about),
        () -> {
          try (Scope scratch = device().openScope()) {
            return findOrder(scratch);
          }
        });
  }

  private Device device() {
    return moments.gram().device();
  }

  private Order findOrder(Scope scratch) {
    double ridge = options.number(FfnNystromCompressor.RIDGE);
    Matrix root = NeuronOrder.root(metric(ridge, scratch), scratch);
    while (root == null && ridge < LARGEST_RIDGE) {
      ridge = Math.max(SMALLEST_RIDGE, 10 * ridge);
      root = NeuronOrder.root(metric(ridge, scratch), scratch);
    }
    if (root == null) {
      throw new InputException(
          "the second moments of the neurons before "
              + pair.second().name()
              + " are no finite numbers, or far from those of real neurons");
    }
    if (options.is(FfnNystromCompressor.SELECT, FfnNystromCompressor.LEVERAGE)) {
      Matrix plain = metric(0, scratch);
      Matrices.addToDiagonal(plain, options.number(FfnNystromCompressor.LAMBDA));
      Matrix damped = NeuronOrder.root(plain, scratch);
      return new Order(NeuronOrder.byLeverage(damped == null ? root : damped, scratch), ridge);
    }
    Matrix gram = Matrices.allocate(scratch, most(), most());
    device().blas().syrk(true, Pair.matrix(pair.second(), scratch), gram);
    return new Order(NeuronOrder.byRemoval(NeuronOrder.inverse(root, scratch), gram), ridge);
  }

  /** C with a ridge; that of neurons which never change is all ridge. */
  private Matrix metric(double ridge, Scope scope) {
    Matrix c = Matrices.toDouble(moments.gram(), scope);
    if (centred) {
      Matrix mean = Matrix.of(scope.doubles(moments.mean(), moments.mean().length, 1));
      device().blas().gemm(false, true, -moments.tokens(), mean, mean, 1, c);
    }
    double mean = Arrays.stream(Matrices.diagonal(c)).sum() / most();
    Matrices.addToDiagonal(c, mean > 0 ? ridge * mean : ridge == 0 ? 0 : 1);
    return c;
  }

  /** Of nested sets of neurons all errors follow from one Cholesky factorization. */
  @Override
  public double[] squaredErrors() {
    Order order = order();
    return cache.find(
        List.of("errors of neurons", about),
        () -> {
          try (Scope scratch = device().openScope()) {
            int[] neurons = order.neurons();
            Matrix root =
                NeuronOrder.root(
                    Rows.symmetric(metric(order.ridge(), scratch), neurons, scratch), scratch);
            Matrix w = Rows.of(transposed(scratch), neurons, scratch);
            Matrix images = Matrices.product(true, root, false, w, scratch);
            double[] parts = device().blas().rowSquaredNorms(images);
            double[] errors = new double[parts.length + 1];
            for (int i = parts.length - 1; i >= 0; i--) {
              errors[i] = errors[i + 1] + parts[i];
            }
            return errors;
          }
        });
  }

  /** Wᵀ, F64 [n, m]. */
  private Matrix transposed(Scope scope) {
    return Matrices.transpose(Pair.matrix(pair.second(), scope), scope);
  }

  @Override
  public Narrow fit(int count, Scope scope) {
    int[] kept = kept(count);
    try (Scope scratch = device().openScope()) {
      Matrix rows = Rows.of(metric(ridge(), scratch), kept, scratch);
      Matrix root =
          NeuronOrder.root(Rows.symmetric(metric(ridge(), scratch), kept, scratch), scratch);
      Matrix fitted = Matrices.product(false, rows, false, transposed(scratch), scratch);
      device().lapack().solveLower(false, root, fitted);
      device().lapack().solveLower(true, root, fitted);
      Matrix weight = Matrices.copy(fitted, DType.F32, scope);
      Matrix spread = Matrix.of(scratch.zeros(DType.F64, most(), weight.cols()));
      device()
          .nn()
          .scatterRows(Matrices.toDouble(weight, scratch), scratch.ints(kept, kept.length), spread);
      return new Narrow(
          Rows.of(pair.first(), kept, scope),
          new DenseLinear(weight, pair.second().linear().bias()),
          Matrices.transpose(spread, scope));
    }
  }
}
