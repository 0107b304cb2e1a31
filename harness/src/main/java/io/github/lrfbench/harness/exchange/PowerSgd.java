package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * PowerSGD (Vogels, Karimireddy and Jaggi 2019): of every matrix two factors are exchanged, by one
 * step of a power iteration. With M_w the gradient of worker w and its error: P = mean(M_w Q), made
 * orthonormal; Q = mean(M_wᵀ P); what all workers then have is P Qᵀ. Vectors and matrices that two
 * factors would hardly make smaller are sent as they are, together with P.
 */
final class PowerSgd implements GradientExchange {
  private final Device device;
  private final int workers;
  private final PowerSgdSettings settings;
  private final long seed;
  private final Ring ring;
  private final Scope scope;

  /** The numbers of the parts that are compressed, and of the others. */
  private final int[] compressed;

  private final int[] others;

  /** Q of each compressed part [n, r]: that of the step before, zeros where there is none. */
  private final List<Matrix> right;

  /** Of no worker without feedback. */
  private final ErrorFeedback feedback;

  PowerSgd(Device device, List<Matrix> parts, int workers, PowerSgdSettings settings, long seed) {
    this.device = device;
    this.workers = workers;
    this.settings = settings;
    this.seed = seed;
    ring = new Ring(workers);
    scope = device.openScope();
    int count = parts.size();
    compressed = IntStream.range(0, count).filter(i -> settings.rank(parts.get(i)) > 0).toArray();
    others = IntStream.range(0, count).filter(i -> settings.rank(parts.get(i)) == 0).toArray();
    List<Matrix> matrices = pick(parts, compressed);
    right =
        matrices.stream()
            .map(part -> scope.zeros(part.dtype(), part.cols(), settings.rank(part)))
            .map(Matrix::of)
            .toList();
    feedback = new ErrorFeedback(device, settings.feedback() ? workers : 0, matrices);
  }

  @Override
  public void exchange(
      long step, List<List<Matrix>> gradients, List<Matrix> mean, ExchangeCost cost) {
    if (step < settings.start()) {
      ring.mean(gradients, mean, cost);
      return;
    }
    List<Matrix> results = pick(mean, compressed);
    List<List<Matrix>> matrices = new ArrayList<>();
    try (Scope scratch = device.openScope()) {
      // Each worker's M Q, and what it sends as it is.
      List<List<Matrix>> sent = new ArrayList<>();
      cost.alike(() -> prepareRight(step));
      cost.each(
          () -> {
            for (List<Matrix> gradient : gradients) {
              List<Matrix> own = pick(gradient, compressed);
              own = settings.feedback() ? feedback.add(matrices.size(), own) : own;
              matrices.add(own);
              List<Matrix> products = products(false, own, right, scratch);
              products.addAll(pick(gradient, others));
              sent.add(products);
            }
          });
      List<Matrix> left = empty(sent.get(0).subList(0, compressed.length), scratch);
      List<Matrix> summed = new ArrayList<>(left);
      summed.addAll(pick(mean, others));
      ring.mean(sent, summed, cost);
      cost.alike(() -> left.forEach(this::orthonormalize));

      List<List<Matrix>> shares = new ArrayList<>();
      cost.each(() -> matrices.forEach(own -> shares.add(products(true, own, left, scratch))));
      ring.mean(shares, right, cost);
      cost.alike(() -> multiplyOut(1, left, right, 0, results));
      if (settings.feedback()) {
        cost.each(
            () -> {
              for (int w = 0; w < workers; w++) {
                List<Matrix> taken = settings.localResidual() ? shares.get(w) : right;
                multiplyOut(-1, left, taken, 1, matrices.get(w));
              }
            });
      }
    }
  }

  /** A zero Q would stay zero for ever, where the matrix is not. */
  private void prepareRight(long step) {
    for (int i = 0; i < right.size(); i++) {
      Matrix factor = right.get(i);
      if (!settings.warmStart() || device.blas().squaredNorm(factor) == 0) {
        SplittableRandom random = new SplittableRandom((seed * 1_000_003 + step) * 8191 + i);
        double[] drawn = new double[factor.rows() * factor.cols()];
        Arrays.setAll(drawn, j -> random.nextGaussian());
        factor.data().write(0, drawn, 0, drawn.length);
      }
    }
  }

  /** M F of all parts, or Mᵀ F. */
  private List<Matrix> products(
      boolean transposed, List<Matrix> matrices, List<Matrix> factors, Scope owner) {
    List<Matrix> products = new ArrayList<>();
    for (int i = 0; i < matrices.size(); i++) {
      Matrix m = matrices.get(i);
      Matrix f = factors.get(i);
      int rows = transposed ? m.cols() : m.rows();
      Matrix product = Matrix.of(owner.allocate(m.dtype(), rows, f.cols()));
      device.blas().gemm(transposed, false, 1, m, f, 0, product);
      products.add(product);
    }
    return products;
  }

  /** {@code result = beta result + alpha P Qᵀ} of all parts. */
  private void multiplyOut(
      double alpha, List<Matrix> p, List<Matrix> q, double beta, List<Matrix> results) {
    for (int i = 0; i < results.size(); i++) {
      device.blas().gemm(false, true, alpha, p.get(i), q.get(i), beta, results.get(i));
    }
  }

  /** In double precision; a single vector is divided by its norm, and stays zero if it is. */
  private void orthonormalize(Matrix p) {
    if (p.cols() == 1) {
      double norm = Math.sqrt(device.blas().squaredNorm(p));
      if (norm > 0) {
        Ring.scale(p, 1 / norm);
      }
      return;
    }
    try (Scope scratch = device.openScope()) {
      Matrix wide = Matrix.of(scratch.allocate(DType.F64, p.rows(), p.cols()));
      device.blas().copy(p, wide);
      device.lapack().orthonormalize(wide);
      device.blas().copy(wide, p);
    }
  }

  private static List<Matrix> empty(List<Matrix> shapes, Scope owner) {
    return shapes.stream()
        .map(shape -> Matrix.of(owner.allocate(shape.dtype(), shape.rows(), shape.cols())))
        .toList();
  }

  private static List<Matrix> pick(List<Matrix> parts, int[] numbers) {
    return IntStream.of(numbers).mapToObj(parts::get).toList();
  }

  @Override
  public List<Tensor> state() {
    List<Tensor> tensors = new ArrayList<>(right.stream().map(Matrix::data).toList());
    tensors.addAll(feedback.state());
    return tensors;
  }

  @Override
  public void close() {
    feedback.close();
    scope.close();
  }
}
