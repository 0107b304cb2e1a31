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
import java.util.Arrays;
import java.util.List;

/**
 * What a student learns from a teacher beside its labels.
 *
 * @param teacher not trained; the same architecture and hidden size
 * @param weights how much of what it learns
 * @param temperature at which the probabilities of outputs are compared
 */
public record Distillation(Model teacher, DistillationWeights weights, double temperature) {
  /** The temperature that is common. */
  public static final double TEMPERATURE = 2;

  /**
   * The sum of the examples' losses; its gradient, scaled, is left on the tape, on which the
   * student's pass is run.
   *
   * @param scale of the gradient
   * @throws InputException if the student's blocks and heads are not the teacher's
   */
  double loss(Tape tape, TrainingSet examples, TokenBatch batch, Model student, double scale) {
    Device device = student.device();
    ShownPass own = ShownPass.run(tape.ops(), examples, batch, student, weights, null);
    try (Ops ops = new EagerOps(device);
        Scope scratch = device.openScope()) {
      ShownPass guide = ShownPass.run(ops, examples, batch, teacher, weights, scratch);
      requireBlocks(student);
      float[] slope = new float[Math.toIntExact(own.outputs().shape().size())];
      double loss = evaluate(examples, own.outputs().toFloats(), guide.outputs().toFloats(), slope);
      for (int i = 0; i < slope.length; i++) {
        slope[i] *= (float) scale;
      }
      tape.addGradient(
          own.outputs(), Matrix.of(scratch.floats(slope, own.outputs().shape().toArray())));
      if (weights.hidden() > 0) {
        loss += followStates(tape, scratch, own.states(), guide.states(), examples.size(), scale);
      }
      if (weights.followAttention()) {
        loss +=
            new AttentionFollower(tape, batch, weights, examples.size(), scale)
                .follow(own.attentions(), guide.attentions());
      }
      return loss;
    }
  }

  private void requireBlocks(Model student) {
    int own = student.blocks().size();
    int taught = teacher.blocks().size();
    if ((weights.hidden() > 0 || weights.followAttention()) && own != taught) {
      throw new InputException(
          "hidden states and attentions are distilled block by block, but the model has "
              + own
              + " blocks and the dense model "
              + taught);
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
      double weight = count * weights.hidden() / state.data().shape().size();
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
    double soft = weights.outputs();
    double[] rowWeights = examples.weights();
    Objective objective = examples.objective();
    double loss =
        (1 - soft) * objective.evaluate(outputs, examples.targets(), rowWeights, gradient);
    int width = outputs.length / rowWeights.length;
    double[] student = new double[width];
    double[] teacherRow = new double[width];
    for (int row = 0; row < rowWeights.length; row++) {
      if (rowWeights[row] == 0) {
        continue;
      }
      double weight = soft * rowWeights[row];
      int at = row * width;
      if (objective == Objective.SQUARED_ERROR) {
        double difference = outputs[at] - guide[at];
        loss += weight * difference * difference;
        gradient[at] = (float) ((1 - soft) * gradient[at] + weight * 2 * difference);
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
      gradient[at + j] = (float) ((1 - weights.outputs()) * gradient[at + j] + slope);
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
