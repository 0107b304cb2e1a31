package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.SplittableRandom;

/** SAFE's embeddings of random weights in the place of a model's own, for tests. */
public final class RandomSafe {
  private final SplittableRandom random = new SplittableRandom(17);
  private final Scope scope;

  private RandomSafe(Scope scope) {
    this.scope = scope;
  }

  /**
   * The model with such embeddings; the caller closes it.
   *
   * @param width S
   * @param heads divides it
   */
  public static Model in(Model model, int width, int heads) {
    try (Scope scope = model.device().openScope();
        Model changed = model.withInput(new RandomSafe(scope).of(model, width, heads))) {
      return changed.copy();
    }
  }

  private SafeEmbeddings of(Model model, int s, int heads) {
    SummedEmbeddings dense = (SummedEmbeddings) model.transformer().input();
    int h = dense.width();
    boolean tied = model instanceof CausalModel causal && causal.ownHead() == null;
    Norm norm = dense.norm() == null ? model.transformer().finalNorm() : dense.norm();
    SummedEmbeddings narrow =
        new SummedEmbeddings(
            new DenseLinear(Matrix.of(draw(dense.word().inputs(), s)), null),
            draw(dense.position().shape().dim(0), s),
            dense.firstPosition(),
            dense.type() == null ? null : draw(dense.type().shape().dim(0), s),
            null);
    return new SafeEmbeddings(
        narrow,
        SafeEmbeddings.scale(scope, s, h, model.transformer().causal()),
        heads,
        LinearGroup.dense(linear(s, 3 * s), s, s, s),
        linear(s, s),
        new Norm(draw(s), draw(s), norm.epsilon()),
        linear(s, s),
        linear(s, h),
        new Norm(draw(h), draw(h), norm.epsilon()),
        tied ? linear(h, s) : null);
  }

  private DenseLinear linear(int inputs, int outputs) {
    return new DenseLinear(Matrix.of(draw(inputs, outputs)), draw(outputs));
  }

  private Tensor draw(long... dims) {
    Tensor tensor = scope.allocate(DType.F32, dims);
    float[] values = new float[Math.toIntExact(tensor.shape().size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.5 * random.nextGaussian());
    }
    tensor.write(0, values, 0, values.length);
    return tensor;
  }
}
