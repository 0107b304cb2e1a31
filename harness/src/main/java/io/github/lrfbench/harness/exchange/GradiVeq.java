package io.github.lrfbench.harness.exchange;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * GradiVeQ (Yu et al. 2018): gradients are cut into slices, and slices are exchanged as their
 * coefficients in the d principal directions of the slices of their matrix. Steps go in cycles. In
 * the first ones gradients are sent as they are, and all workers learn the same directions from the
 * mean that all of them get: the largest eigenvectors of the sum of g gᵀ over its slices, which
 * leave the least of their squares. As coefficients are linear in the gradient, the ring adds them
 * up, and the sum is expanded once.
 */
final class GradiVeq implements GradientExchange {
  private final Device device;
  private final GradiVeqSettings settings;
  private final Ring ring;
  private final Scope scope;

  /** The numbers of the parts that have a basis. */
  private final int[] sliced;

  /**
   * Of each of them [K, K]: in training the sum of g gᵀ, later the principal directions as rows.
   */
  private final List<Matrix> bases;

  /** d of each of them, 0 where all is sent as it is until the next cycle. */
  private final Tensor dimensions;

  /** Of no worker without feedback. */
  private final ErrorFeedback feedback;

  GradiVeq(Device device, List<Matrix> parts, int workers, GradiVeqSettings settings) {
    this.device = device;
    this.settings = settings;
    ring = new Ring(workers);
    scope = device.openScope();
    sliced =
        IntStream.range(0, parts.size()).filter(i -> settings.length(parts.get(i)) > 0).toArray();
    List<Matrix> matrices = IntStream.of(sliced).mapToObj(parts::get).toList();
    bases = new ArrayList<>();
    for (Matrix matrix : matrices) {
      int length = settings.length(matrix);
      bases.add(Matrix.of(scope.zeros(matrix.dtype(), length, length)));
    }
    dimensions = scope.zeros(DType.F32, Math.max(1, sliced.length));
    feedback = new ErrorFeedback(device, settings.feedback() ? workers : 0, matrices);
  }

  @Override
  public void exchange(
      long step, List<List<Matrix>> gradients, List<Matrix> mean, ExchangeCost cost) {
    List<List<Matrix>> own = gradients;
    if (settings.feedback()) {
      own = new ArrayList<>();
      List<List<Matrix>> added = own;
      cost.each(() -> gradients.forEach(gradient -> added.add(withErrors(added.size(), gradient))));
    }
    long phase = step % (settings.training() + settings.compressing());
    if (phase < settings.training()) {
      ring.mean(own, mean, cost);
      if (settings.feedback()) {
        own.forEach(parts -> IntStream.of(sliced).forEach(i -> clear(parts.get(i))));
      }
      cost.alike(() -> learn(phase, mean));
    } else {
      exchangeCoefficients(own, mean, cost);
    }
  }

  /** A worker's parts, those with a basis with what is still to be sent of them. */
  private List<Matrix> withErrors(int worker, List<Matrix> gradient) {
    List<Matrix> parts = new ArrayList<>(gradient);
    List<Matrix> sums = feedback.add(worker, IntStream.of(sliced).mapToObj(gradient::get).toList());
    for (int i = 0; i < sliced.length; i++) {
      parts.set(sliced[i], sums.get(i));
    }
    return parts;
  }

  /** Sums g gᵀ over the slices of a mean gradient; after the last of a cycle takes directions. */
  private void learn(long phase, List<Matrix> mean) {
    for (int i = 0; i < sliced.length; i++) {
      Matrix basis = bases.get(i);
      if (phase == 0) {
        clear(basis);
      }
      for (Matrix slices : slices(mean.get(sliced[i]), basis.cols())) {
        device.blas().gemm(true, false, 1, slices, slices, 1, basis);
      }
      if (phase == settings.training() - 1) {
        takeDirections(i);
      }
    }
  }

  /** In double precision. */
  private void takeDirections(int number) {
    Matrix basis = bases.get(number);
    int length = basis.cols();
    try (Scope scratch = device.openScope()) {
      Matrix wide = Matrix.of(scratch.allocate(DType.F64, length, length));
      Matrix vectors = Matrix.of(scratch.allocate(DType.F64, length, length));
      Tensor values = scratch.allocate(DType.F64, length);
      device.blas().copy(basis, wide);
      device.lapack().largestEigenpairs(wide, length, values, vectors);
      device.blas().copy(vectors, basis);
      float[] dimension = {dimension(values.toDoubles())};
      dimensions.write(number, dimension, 0, 1);
    }
  }

  /**
   * d, from the sums of squares along the directions.
   *
   * @param energies in descending order; rounding may leave the last below 0
   */
  private int dimension(double[] energies) {
    double total = 0;
    for (double energy : energies) {
      total += Math.max(0, energy);
    }
    if (total == 0) {
      return 0;
    }
    int count = settings.energy() > 0 ? 0 : settings.coefficients(energies.length);
    double kept = 0;
    while (settings.energy() > 0 && count < energies.length && kept < settings.energy() * total) {
      kept += energies[count++];
    }
    return count < energies.length ? count : 0;
  }

  private void exchangeCoefficients(List<List<Matrix>> own, List<Matrix> mean, ExchangeCost cost) {
    float[] dimension = dimensions.toFloats();
    try (Scope scratch = device.openScope()) {
      List<List<Matrix>> sent = new ArrayList<>();
      cost.each(() -> own.forEach(parts -> sent.add(coefficients(parts, dimension, scratch))));
      List<Matrix> summed = new ArrayList<>();
      for (int i = 0; i < mean.size(); i++) {
        Matrix shape = sent.get(0).get(i);
        boolean whole = shape == own.get(0).get(i);
        summed.add(
            whole
                ? mean.get(i)
                : Matrix.of(scratch.allocate(shape.dtype(), shape.rows(), shape.cols())));
      }
      ring.mean(sent, summed, cost);
      cost.alike(() -> expand(1, summed, 0, mean, dimension));
      if (settings.feedback()) {
        cost.each(
            () -> {
              for (int w = 0; w < own.size(); w++) {
                expand(-1, sent.get(w), 1, own.get(w), dimension);
              }
            });
        clearSent(own, dimension);
      }
    }
  }

  /** What is sent as it is leaves no error. */
  private void clearSent(List<List<Matrix>> own, float[] dimension) {
    for (int i = 0; i < sliced.length; i++) {
      if (dimension[i] == 0) {
        int part = sliced[i];
        own.forEach(parts -> clear(parts.get(part)));
      }
    }
  }

  /** What a worker sends: a part's coefficients [slices, d], or the part. */
  private List<Matrix> coefficients(List<Matrix> parts, float[] dimension, Scope owner) {
    List<Matrix> sent = new ArrayList<>(parts);
    for (int i = 0; i < sliced.length; i++) {
      int d = (int) dimension[i];
      Matrix part = parts.get(sliced[i]);
      Matrix basis = bases.get(i).rows(0, d);
      int count = part.rows() * (part.cols() / basis.cols());
      if (d > 0) {
        Matrix result = Matrix.of(owner.allocate(part.dtype(), count, d));
        int row = 0;
        for (Matrix slices : slices(part, basis.cols())) {
          Matrix target = result.rows(row, row + slices.rows());
          device.blas().gemm(false, true, 1, slices, basis, 0, target);
          row += slices.rows();
        }
        sent.set(sliced[i], result);
      }
    }
    return sent;
  }

  /** {@code part = beta part + alpha c U}, of the parts that are sent as coefficients c. */
  private void expand(
      double alpha, List<Matrix> sent, double beta, List<Matrix> parts, float[] dimension) {
    for (int i = 0; i < sliced.length; i++) {
      Matrix basis = bases.get(i).rows(0, (int) dimension[i]);
      if (dimension[i] > 0) {
        int row = 0;
        for (Matrix slices : slices(parts.get(sliced[i]), basis.cols())) {
          Matrix source = sent.get(sliced[i]).rows(row, row + slices.rows());
          device.blas().gemm(false, false, alpha, source, basis, beta, slices);
          row += slices.rows();
        }
      }
    }
  }

  /** The slices of a part as the rows of matrices: the first of all its rows, the second, ... */
  private static List<Matrix> slices(Matrix part, int length) {
    return IntStream.range(0, part.cols() / length)
        .mapToObj(i -> part.columns(i * length, (i + 1) * length))
        .toList();
  }

  private void clear(Matrix matrix) {
    device.gradients().clear(matrix);
  }

  @Override
  public List<Tensor> state() {
    List<Tensor> tensors = new ArrayList<>(bases.stream().map(Matrix::data).toList());
    tensors.add(dimensions);
    tensors.addAll(feedback.state());
    return tensors;
  }

  @Override
  public void close() {
    feedback.close();
    scope.close();
  }
}
