package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.train.StepCoordinates;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.Arrays;
import java.util.List;

/**
 * Sets output neurons of matrices S to zero while these are trained (Li et al. 2023, LoSparse). A
 * neuron counts by the mean over its weights of |s g|, g being the gradient of the mean loss, which
 * is averaged over some steps, and these averages exponentially. Neurons of all matrices are ranked
 * together. One that is zero is trained on, and may come back.
 */
final class NeuronMasks implements StepCoordinates {
  /** One matrix, and what its neurons count. */
  private static final class Neurons {
    /** Sᵀ [inputs, outputs]. */
    private final Parameter weight;

    /** Of the step that is taken, summed over the last ones, and the exponential mean of these. */
    private final double[] latest;

    private final double[] recent;

    private final double[] scores;
    private boolean[] kept;

    Neurons(Parameter weight) {
      this.weight = weight;
      this.latest = new double[weight.value().cols()];
      this.recent = new double[latest.length];
      this.scores = new double[latest.length];
      this.kept = new boolean[recent.length];
      Arrays.fill(kept, true);
    }

    int inputs() {
      return weight.value().rows();
    }
  }

  private final Device device;
  private final List<Neurons> matrices;
  private final KeepSchedule schedule;
  private final int window;
  private final double beta;
  private long step;

  /**
   * Masks of matrices.
   *
   * @param weights Sᵀ of each, a part of the model that is trained
   * @param schedule of the share of all weights of these matrices that is kept
   * @param window steps whose scores are averaged, after which neurons are ranked anew
   * @param beta share of the exponential mean that stays
   */
  NeuronMasks(
      Device device, List<Parameter> weights, KeepSchedule schedule, int window, double beta) {
    this.device = device;
    this.matrices = weights.stream().map(Neurons::new).toList();
    this.schedule = schedule;
    this.window = window;
    this.beta = beta;
  }

  /** Of each matrix, in the order in which they were given, which neurons are kept. */
  List<boolean[]> kept() {
    return matrices.stream().map(matrix -> matrix.kept.clone()).toList();
  }

  /** What the neurons of a matrix count in the step that is taken. */
  double[] latest(int matrix) {
    return matrices.get(matrix).latest.clone();
  }

  /** Weights and gradients are those of one moment, before the step. */
  @Override
  public double turn(GradientBuffers gradients, long done, int epoch, double scale) {
    for (Neurons matrix : matrices) {
      try (Scope scratch = device.openScope()) {
        Matrix s = matrix.weight.value();
        Matrix product = Matrix.of(scratch.allocate(s.dtype(), s.rows(), s.cols()));
        device.blas().copy(s, product);
        device.gradients().multiply(gradients.of(matrix.weight), product);
        // |x| = 2 max(x, 0) - x.
        Matrix positive = Matrix.of(scratch.allocate(s.dtype(), s.rows(), s.cols()));
        device.gradients().activate(product, Activation.RELU, positive);
        device.gradients().addScaled(-0.5, product, positive);
        Tensor sums = scratch.zeros(s.dtype(), s.cols());
        device.gradients().addColumnSums(positive, sums);
        double[] halves = sums.toDoubles();
        for (int i = 0; i < halves.length; i++) {
          matrix.latest[i] = 2 * halves[i] / (scale * matrix.inputs());
        }
      }
    }
    return 0;
  }

  @Override
  public void step(Runnable optimizer) {
    optimizer.run();
    step++;
    for (Neurons matrix : matrices) {
      Arrays.setAll(matrix.recent, i -> matrix.recent[i] + matrix.latest[i]);
    }
    boolean ends = step % window == 0;
    if (ends || step < window && schedule.isLast(step)) {
      average((int) ((step - 1) % window) + 1);
    }
    if ((ends || schedule.isLast(step)) && schedule.kept(step) < 1) {
      rank(schedule.kept(step));
      matrices.forEach(matrix -> zero(matrix.weight.value(), matrix.kept));
    }
  }

  private void average(int steps) {
    for (Neurons matrix : matrices) {
      for (int i = 0; i < matrix.scores.length; i++) {
        double mean = matrix.recent[i] / steps;
        matrix.scores[i] = beta * matrix.scores[i] + (1 - beta) * mean;
        matrix.recent[i] = 0;
      }
    }
  }

  private void rank(double share) {
    List<double[]> scores = matrices.stream().map(matrix -> matrix.scores).toList();
    int[] sizes = matrices.stream().mapToInt(Neurons::inputs).toArray();
    long all = 0;
    for (int i = 0; i < sizes.length; i++) {
      all += (long) sizes[i] * scores.get(i).length;
    }
    List<boolean[]> best = best(scores, sizes, (long) Math.floor(share * all));
    for (int i = 0; i < sizes.length; i++) {
      matrices.get(i).kept = best.get(i);
    }
  }

  /**
   * The neurons of the highest scores, one after the other as long as there is room for the next.
   * Of equal ones the first come first.
   *
   * @param sizes what a neuron of each matrix takes
   * @param room what all together may take
   */
  static List<boolean[]> best(List<double[]> scores, int[] sizes, long room) {
    record Neuron(int matrix, int number, double score) {}
    Neuron[] all = new Neuron[scores.stream().mapToInt(own -> own.length).sum()];
    int next = 0;
    for (int i = 0; i < sizes.length; i++) {
      for (int j = 0; j < scores.get(i).length; j++) {
        all[next++] = new Neuron(i, j, scores.get(i)[j]);
      }
    }
    Arrays.sort(all, (a, b) -> Double.compare(b.score(), a.score()));
    List<boolean[]> kept = scores.stream().map(own -> new boolean[own.length]).toList();
    long left = room;
    for (int i = 0; i < all.length && left >= sizes[all[i].matrix()]; i++) {
      left -= sizes[all[i].matrix()];
      kept.get(all[i].matrix())[all[i].number()] = true;
    }
    return kept;
  }

  private void zero(Matrix weight, boolean[] kept) {
    double[] factors = new double[kept.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = kept[i] ? 1 : 0;
    }
    device.blas().scaleColumns(weight, factors);
  }

  /** Nothing that a training is saved with: it is not gone on with. */
  @Override
  public List<Tensor> state() {
    return List.of();
  }

  @Override
  public void close() {
    // Owns nothing on the device.
  }
}
