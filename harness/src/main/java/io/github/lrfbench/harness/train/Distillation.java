package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a student learns from a teacher beside its labels.
 *
 * @param teacher not trained; the same architecture and hidden size
 * @param softWeight α: the loss is (1 - α) times that of the labels and α T² times the divergence
 *     of the student's from the teacher's probabilities at temperature T (Hinton et al. 2015); of
 *     scores, their squared difference
 * @param temperature T
 * @param hiddenWeight of the mean squared difference of hidden states, summed over the embeddings
 *     and all blocks (Jiao et al. 2020), which is added
 */
public record Distillation(
    Model teacher, double softWeight, double temperature, double hiddenWeight) {
  /** The temperature that is common. */
  public static final double TEMPERATURE = 2;

  /** Checks the weights. */
  public Distillation {
    requireWeights(softWeight, hiddenWeight);
  }

  /**
   * Checks weights before there is a teacher.
   *
   * @throws InputException if one is out of its range
   */
  public static void requireWeights(double softWeight, double hiddenWeight) {
    if (!(softWeight >= 0 && softWeight <= 1)) {
      throw new InputException("--distill must be from 0 to 1, but is " + softWeight);
    }
    if (!(hiddenWeight >= 0)) {
      throw new InputException("--distill-hidden must be at least 0, but is " + hiddenWeight);
    }
  }

  /**
   * The sum of the examples' losses; its gradient, scaled, is left on the tape.
   *
   * @param outputs the student's on that tape
   * @param states the student's hidden states on it; null where they are not followed
   * @param scale of the gradient
   */
  double loss(
      Tape tape,
      TrainingSet examples,
      TokenBatch batch,
      Tensor outputs,
      List<Tensor> states,
      double scale) {
    Device device = outputs.device();
    try (Ops ops = new EagerOps(device);
        Scope scratch = device.openScope()) {
      List<Tensor> guides = states == null ? null : new ArrayList<>();
      Tensor guide = examples.outputs(ops, teacher, batch, guides);
      float[] slope = new float[Math.toIntExact(outputs.shape().size())];
      double loss = evaluate(examples, outputs.toFloats(), guide.toFloats(), slope);
      for (int i = 0; i < slope.length; i++) {
        slope[i] *= (float) scale;
      }
      tape.addGradient(outputs, Matrix.of(scratch.floats(slope, outputs.shape().toArray())));
      return states == null
          ? loss
          : loss + followStates(tape, scratch, states, guides, examples.size(), scale);
    }
  }

  private double followStates(
      Tape tape, Scope scratch, List<Tensor> states, List<Tensor> guides, int count, double scale) {
    double loss = 0;
    for (int i = 0; i < states.size(); i++) {
      Matrix state = Matrix.of(states.get(i));
      Device device = state.device();
      Matrix difference = Matrix.of(scratch.allocate(state.dtype(), state.rows(), state.cols()));
      device.blas().copy(state, difference);
      device.gradients().addScaled(-1, Matrix.of(guides.get(i)), difference);
      double weight = count * hiddenWeight / state.data().shape().size();
      loss += weight * device.blas().squaredNorm(difference);
      double[] factors = new double[state.rows()];
      Arrays.fill(factors, 2 * weight * scale);
      device.blas().scaleRows(difference, factors);
      if (tape.isDifferentiable(state)) {
        tape.addGradient(states.get(i), difference);
      }
    }
    return loss;
  }

  /**
   * The sum of the examples' losses and its gradient.
   *
   * @param examples what the student was given
   * @param outputs the student's, [R][outputs], row-major
   * @param guide the teacher's
   * @param gradient of the outputs' size, receives the gradient of the sum
   */
  double evaluate(TrainingSet examples, float[] outputs, float[] guide, float[] gradient) {
    double[] weights = examples.weights();
    Objective objective = examples.objective();
    double loss =
        (1 - softWeight) * objective.evaluate(outputs, examples.targets(), weights, gradient);
    int width = outputs.length / weights.length;
    double[] student = new double[width];
    double[] teacherRow = new double[width];
    for (int row = 0; row < weights.length; row++) {
      if (weights[row] == 0) {
        continue;
      }
      double weight = softWeight * weights[row];
      int at = row * width;
      if (objective == Objective.SQUARED_ERROR) {
        double difference = outputs[at] - guide[at];
        loss += weight * difference * difference;
        gradient[at] = (float) ((1 - softWeight) * gradient[at] + weight * 2 * difference);
      } else {
        softmax(outputs, at, student);
        softmax(guide, at, teacherRow);
        loss += divergence(student, teacherRow, at, weight, gradient);
      }
    }
    return loss;
  }

  /** T² times the divergence of a row at temperature T, and its gradient. */
  private double divergence(
      double[] student, double[] teacherRow, int at, double weight, float[] gradient) {
    double loss = 0;
    for (int j = 0; j < student.length; j++) {
      if (teacherRow[j] > 0) {
        double ratio = Math.log(teacherRow[j]) - Math.log(student[j]);
        loss += weight * temperature * temperature * teacherRow[j] * ratio;
      }
      double slope = weight * temperature * (student[j] - teacherRow[j]);
      gradient[at + j] = (float) ((1 - softWeight) * gradient[at + j] + slope);
    }
    return loss;
  }

  private void softmax(float[] logits, int at, double[] probabilities) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < probabilities.length; j++) {
      max = Math.max(max, logits[at + j]);
    }
    double sum = 0;
    for (int j = 0; j < probabilities.length; j++) {
      probabilities[j] = Math.exp((logits[at + j] - max) / temperature);
      sum += probabilities[j];
    }
    for (int j = 0; j < probabilities.length; j++) {
      probabilities[j] /= sum;
    }
  }
}
