package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Steps by which weights learn to make given outputs: the mean square of what is between them is
 * minimized by AdamW, dropout being off.
 */
final class MeanSquares implements AutoCloseable {
  /** The share of the largest learning rate that is left at the end. */
  private static final double FLOOR = 0.1;

  private final Device device;
  private final GradientBuffers gradients;
  private final AdamW optimizer;
  private final LossScale scale;
  private final String outputs;
  private final double learningRate;
  private final long total;

  /** A part of the data. */
  @FunctionalInterface
  interface Batch {
    /**
     * Runs the pass forward, leaves gradients on the tape, see {@link #leaveGradient}, and runs it
     * backward.
     *
     * @param gradientScale of these
     * @return the mean square
     */
    double run(Tape tape, double gradientScale);
  }

  /**
   * Steps that are yet to be done.
   *
   * @param weights that are trained
   * @param outputs what they make, for complaints
   * @param learningRate the largest
   * @param total number of steps
   */
  MeanSquares(
      Device device,
      List<Parameter> weights,
      AdamWSettings settings,
      String outputs,
      double learningRate,
      long total) {
    this.device = device;
    this.gradients = new GradientBuffers(device, weights);
    this.optimizer = new AdamW(device, weights, gradients, settings, false);
    this.scale = new LossScale(device);
    this.outputs = outputs;
    this.learningRate = learningRate;
    this.total = total;
  }

  /**
   * One step.
   *
   * @return the mean square before it
   * @throws InputException if that becomes NaN or infinite
   */
  double step(Batch batch) {
    double error;
    double norm;
    do {
      gradients.clear();
      try (Tape tape = new Tape(device, gradients, null)) {
        error = batch.run(tape, scale.factor());
      }
      norm = gradients.norm() / scale.factor();
    } while (Double.isFinite(error) && !Double.isFinite(norm) && scale.shrink());
    long number = optimizer.steps() + 1;
    if (!Double.isFinite(error) || !Double.isFinite(norm)) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "the error of %s is no number any more at step %d of %d; lower lr (%s)",
              outputs,
              number,
              total,
              learningRate));
    }
    double clip = Math.min(1, TrainingSettings.GRADIENT_CLIP / (norm + 1e-6));
    optimizer.step(rate(learningRate, number, total), clip / scale.factor());
    scale.succeeded();
    return error;
  }

  /**
   * The learning rate of a step: up linearly in the first tenth, then down by a cosine to a tenth.
   *
   * @param step from 1
   * @param total number of steps
   */
  static double rate(double largest, long step, long total) {
    double warm = Math.ceil(TrainingSettings.WARMUP * total);
    if (step <= warm) {
      return largest * step / warm;
    }
    double done = (step - warm) / Math.max(1, total - warm);
    return largest * (FLOOR + (1 - FLOOR) * (1 + Math.cos(Math.PI * done)) / 2);
  }

  /**
   * Leaves the gradient of the mean square of what is between outputs and targets.
   *
   * @param outputs made on the tape
   * @param targets of the same size, modified
   * @param gradientScale of the gradient
   * @return the mean square
   */
  static double leaveGradient(Tape tape, Matrix outputs, Matrix targets, double gradientScale) {
    Device device = outputs.device();
    device.gradients().addScaled(-1, outputs, targets);
    double count = (double) targets.rows() * targets.cols();
    double error = device.blas().squaredNorm(targets) / count;
    double[] factors = new double[targets.rows()];
    Arrays.fill(factors, -2 * gradientScale / count);
    device.blas().scaleRows(targets, factors);
    tape.addGradient(outputs, targets);
    return error;
  }

  @Override
  public void close() {
    optimizer.close();
    gradients.close();
  }
}
