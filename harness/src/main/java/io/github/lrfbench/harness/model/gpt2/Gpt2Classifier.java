package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.Replacements;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;
import java.util.Map;

/**
 * A GPT-2 with a classifier over the last token, the only one that has seen all others. As
 * transformers has it, that is the last one that is not the token of padding, though nothing is
 * padded here.
 */
final class Gpt2Classifier extends Gpt2 {
  private final Linear score;

  /**
   * A classifier.
   *
   * @param score from H to the labels; as transformers has it, without a bias
   */
  Gpt2Classifier(Body body, ModelInfo info, Scope scope, Linear score) {
    super(body, info, scope, List.of());
    this.score = score;
  }

  @Override
  Tensor head(Ops ops, Matrix states) {
    Tensor logits = ops.allocate(states.dtype(), states.rows(), score.outputs());
    ops.apply(score, states, Activation.NONE, Matrix.of(logits));
    return logits;
  }

  @Override
  public Map<String, Linear> headLayers() {
    return Map.of(Modules.SCORE, score);
  }

  @Override
  public String classifier() {
    return Modules.SCORE;
  }

  @Override
  boolean readsLast() {
    return true;
  }

  @Override
  long headFlops() {
    return score.flopsPerRow();
  }

  @Override
  int headTokens(int length) {
    return 1;
  }

  @Override
  List<ModelPart> headParts() {
    return List.of(ModelPart.of(Modules.SCORE, score));
  }

  @Override
  Gpt2 rebuild(Body other, Replacements placed) {
    Linear replaced = placed.of(Modules.SCORE, score);
    if (replaced.outputs() != score.outputs() || replaced.inputs() != score.inputs()) {
      throw new IllegalArgumentException("a layer of the head has another size");
    }
    return new Gpt2Classifier(other, info(), placed.own(), replaced);
  }

  @Override
  Gpt2 rebuild(Body other, Scope own, boolean trainable) {
    return new Gpt2Classifier(other, info(), own, score.copyTo(own, other.dtype()));
  }
}
