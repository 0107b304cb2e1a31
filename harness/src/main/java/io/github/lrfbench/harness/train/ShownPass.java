package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.AttentionObservingOps;
import io.github.lrfbench.harness.autograd.AttentionObservingOps.Attended;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pass of a model shows.
 *
 * @param outputs [R, outputs]
 * @param states hidden states; null where no one looks at them
 * @param attentions one for each block; none where no one looks at them
 */
record ShownPass(Tensor outputs, List<Tensor> states, List<Attended> attentions) {
  /**
   * Runs a pass.
   *
   * @param weights of what is looked at
   * @param keep receives queries and keys, where they do not live as long as the operations; null
   *     where they do
   */
  static ShownPass run(
      Ops ops,
      TrainingSet examples,
      TokenBatch batch,
      Model model,
      DistillationWeights weights,
      Scope keep) {
    List<Tensor> states = weights.hidden() > 0 ? new ArrayList<>() : null;
    if (!weights.followAttention()) {
      return new ShownPass(examples.outputs(ops, model, batch, states), states, List.of());
    }
    List<Attended> all = new ArrayList<>();
    Ops observed = new AttentionObservingOps(ops, attended -> all.add(kept(attended, keep)));
    Tensor outputs = examples.outputs(observed, model, batch, states);
    // An input layer may attend, too, before the blocks do.
    int first = all.size() - model.blocks().size();
    return new ShownPass(outputs, states, all.subList(first, all.size()));
  }

  private static Attended kept(Attended attended, Scope keep) {
    return keep == null
        ? attended
        : new Attended(
            copy(attended.q(), keep),
            copy(attended.k(), keep),
            attended.segments(),
            attended.heads(),
            attended.scale(),
            attended.causal());
  }

  private static Matrix copy(Matrix x, Scope keep) {
    Matrix copy = Matrix.of(keep.allocate(x.dtype(), x.rows(), x.cols()));
    x.device().blas().copy(x, copy);
    return copy;
  }
}
