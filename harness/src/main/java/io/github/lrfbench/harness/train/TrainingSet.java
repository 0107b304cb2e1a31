package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Tokenized examples to train on, and what a model is to make of them. The loss of an example is a
 * sum over rows of outputs: of a classifier one for each example, of a language model one for each
 * token.
 */
public interface TrainingSet {
  /** One for each example. */
  List<TokenSequence> sequences();

  /** The examples of these numbers, in this order. */
  TrainingSet subset(int[] examples);

  /**
   * The rows of outputs that the losses of all the examples are sums over.
   *
   * @param batch the examples' sequences
   * @param states receives the hidden states, each [T, H]; null for none
   * @return [R, outputs]
   */
  Tensor outputs(Ops ops, Model model, TokenBatch batch, List<Tensor> states);

  /**
   * The same rows of a model whose first blocks give what another's do.
   *
   * @param from the first block that differs
   * @param state what it reads, the hidden state of that number
   */
  default Tensor outputsFrom(Ops ops, Model model, TokenBatch batch, int from, Tensor state) {
    return outputs(ops, model, batch, null);
  }

  /** What each row should be: a class or a number [R]. */
  double[] targets();

  /** How many rows are an example's. */
  int rows(int example);

  /** How much each row counts in its example's loss [R]. */
  double[] weights();

  /** The loss of a row. */
  Objective objective();

  /**
   * The sum of the examples' losses; its gradient, scaled, is left on the tape.
   *
   * @param outputs of {@link #outputs} on that tape
   * @param scale of the gradient
   */
  default double loss(Tape tape, Tensor outputs, double scale) {
    return loss(tape, outputs, targets(), scale);
  }

  /**
   * The same if the rows should be something else.
   *
   * @param targets a class or a number for each row [R]
   */
  default double loss(Tape tape, Tensor outputs, double[] targets, double scale) {
    float[] slope = new float[Math.toIntExact(outputs.shape().size())];
    double loss = objective().evaluate(outputs.toFloats(), targets, weights(), slope);
    for (int i = 0; i < slope.length; i++) {
      slope[i] *= (float) scale;
    }
    try (Scope scope = outputs.device().openScope()) {
      tape.addGradient(outputs, Matrix.of(scope.floats(slope, outputs.shape().toArray())));
    }
    return loss;
  }

  /** Number of examples. */
  default int size() {
    return sequences().size();
  }

  /**
   * Some of the examples, drawn without repetition.
   *
   * @param count the most to take; all if there are no more
   */
  default TrainingSet sample(int count, long seed) {
    return count >= size() ? this : subset(Arrays.copyOf(order(seed, 0), count));
  }

  /** The order of the examples in an epoch, which the seed and the epoch's number decide. */
  default int[] order(long seed, int epoch) {
    return order(size(), seed, epoch);
  }

  /** An order of so many examples in an epoch, which the seed and the epoch's number decide. */
  static int[] order(int size, long seed, int epoch) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + epoch);
    int[] order = new int[size];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
