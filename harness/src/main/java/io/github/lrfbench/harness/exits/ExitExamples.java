package io.github.lrfbench.harness.exits;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.Objective;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;

/**
 * Examples from which an {@link ExitModel} learns its exits: what it gives for one is what all the
 * exits that learn give, side by side.
 *
 * @param examples each with a class or a score
 */
public record ExitExamples(TrainingSet examples, ExitTraining training, int blocks)
    implements TrainingSet {
  /** Examples for the exits of a model. */
  public static ExitExamples of(TrainingSet examples, ExitModel model) {
    return new ExitExamples(examples, model.training(), model.blocks().size());
  }

  @Override
  public List<TokenSequence> sequences() {
    return examples.sequences();
  }

  @Override
  public ExitExamples subset(int[] numbers) {
    return new ExitExamples(examples.subset(numbers), training, blocks);
  }

  @Override
  public Tensor outputs(Ops ops, Model model, TokenBatch batch, List<Tensor> states) {
    ExitModel exits = (ExitModel) model;
    int learning = training.weights(blocks).length;
    int width = exits.outputs();
    Matrix state = exits.embed(ops, batch);
    Tensor all = ops.allocate(state.dtype(), batch.segments().count(), (long) learning * width);
    List<ModelBlock> parts = exits.blocks();
    for (int done = 1; done <= learning; done++) {
      state = parts.get(done - 1).forward(ops, batch, state);
      Matrix own = Matrix.of(all).columns((done - 1) * width, done * width);
      exits.exit(ops, batch, done, state.data(), own);
    }
    return all;
  }

  @Override
  public double[] targets() {
    return examples.targets();
  }

  @Override
  public int rows(int example) {
    return examples.rows(example);
  }

  @Override
  public double[] weights() {
    return examples.weights();
  }

  /** The weighted sum of the exits' losses. */
  @Override
  public Objective objective() {
    double[] importance = training.weights(blocks);
    Objective single = examples.objective();
    return (outputs, targets, weights, gradient) -> {
      int row = outputs.length / targets.length;
      int width = row / importance.length;
      float[] own = new float[targets.length * width];
      float[] slope = new float[own.length];
      double loss = 0;
      for (int exit = 0; exit < importance.length; exit++) {
        for (int i = 0; i < targets.length; i++) {
          System.arraycopy(outputs, i * row + exit * width, own, i * width, width);
        }
        loss += importance[exit] * single.evaluate(own, targets, weights, slope);
        for (int i = 0; i < targets.length; i++) {
          for (int j = 0; j < width; j++) {
            gradient[i * row + exit * width + j] =
                (float) (importance[exit] * slope[i * width + j]);
          }
        }
      }
      return loss;
    };
  }
}
