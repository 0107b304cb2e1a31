package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.AttentionObservingOps.Attended;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.AttentionGuide;
import java.util.Arrays;
import java.util.List;

/**
 * The part of a {@link Distillation}'s loss that is of attentions. What dropout does to a student's
 * maps comes after what is compared.
 *
 * @param tape of the student's pass
 * @param batch whose tokens attend
 * @param examples of the batch, for which the losses are summed
 * @param scale of the gradients
 */
record AttentionFollower(
    Tape tape, TokenBatch batch, DistillationWeights weights, int examples, double scale) {

  /**
   * The loss; its gradient, scaled, is left on the tape.
   *
   * @param attentions the student's, one for each block
   * @param guides the teacher's
   * @throws InputException if they are not of the same heads
   */
  double follow(List<Attended> attentions, List<Attended> guides) {
    double loss = 0;
    for (int block = 0; block < attentions.size(); block++) {
      loss += follow(block, attentions.get(block), guides.get(block));
    }
    return loss;
  }

  private double follow(int block, Attended own, Attended guide) {
    requireSameHeads(block, own, guide);
    Matrix q = own.q();
    Device device = q.device();
    double rows = (double) own.heads() * q.rows();
    double pairs = own.heads() * pairs(own.causal());
    AttentionGuide weighted =
        new AttentionGuide(
            guide.q(),
            guide.k(),
            scale * examples * weights.attention() / rows,
            scale * examples * weights.scores() / pairs);
    try (Scope scratch = device.openScope()) {
      Tensor losses = scratch.allocate(q.dtype(), q.rows(), own.heads());
      Matrix dq = Matrix.of(scratch.allocate(q.dtype(), q.rows(), q.cols()));
      Matrix dk = Matrix.of(scratch.allocate(q.dtype(), q.rows(), q.cols()));
      device
          .gradients()
          .attentionDivergence(
              q,
              own.k(),
              weighted,
              own.segments(),
              own.heads(),
              own.scale(),
              own.causal(),
              Matrix.of(losses),
              dq,
              dk);
      addGradient(q, dq);
      addGradient(own.k(), dk);
      return Arrays.stream(losses.toDoubles()).sum() / scale;
    }
  }

  private void addGradient(Matrix value, Matrix gradient) {
    if (tape.isDifferentiable(value)) {
      tape.addGradient(value, gradient);
    }
  }

  /** Pairs of tokens that see each other. */
  private double pairs(boolean causal) {
    return Arrays.stream(batch.lengths())
        .mapToDouble(length -> causal ? length * (length + 1.0) / 2 : (double) length * length)
        .sum();
  }

  private static void requireSameHeads(int block, Attended own, Attended guide) {
    if (own.heads() != guide.heads() || own.q().cols() != guide.q().cols()) {
      throw new InputException(
          "attentions are distilled head by head, but block "
              + block
              + " has "
              + describe(own)
              + " and the dense model's "
              + describe(guide));
    }
  }

  private static String describe(Attended attended) {
    return attended.heads() + " heads of " + attended.q().cols() / attended.heads();
  }
}
