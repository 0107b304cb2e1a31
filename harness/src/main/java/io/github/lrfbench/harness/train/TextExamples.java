package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Texts whose next token a language model learns to predict. An example's loss is the mean cross
 * entropy of its tokens.
 *
 * @param sequences one for each example, of at least two tokens
 * @param firstPredicted of each example the first token that counts, at least 1: those before it
 *     are only read
 */
public record TextExamples(List<TokenSequence> sequences, int[] firstPredicted)
    implements TrainingSet {
  /** Checks the numbers. */
  public TextExamples {
    for (int i = 0; i < firstPredicted.length; i++) {
      if (firstPredicted[i] < 1 || firstPredicted[i] >= sequences.get(i).length()) {
        throw new IllegalArgumentException("example " + i + " has no token that counts");
      }
    }
  }

  /**
   * A text cut into pieces, of which every token but the first counts.
   *
   * @param context tokens of a piece; a last one of a single token is left out
   * @param limit the most pieces, from the beginning; 0 for all
   */
  public static TextExamples of(int[] tokens, int context, int limit) {
    List<TokenSequence> pieces = new ArrayList<>();
    for (int from = 0; from + 2 <= tokens.length; from += context) {
      if (limit > 0 && pieces.size() == limit) {
        break;
      }
      int[] ids = Arrays.copyOfRange(tokens, from, Math.min(tokens.length, from + context));
      pieces.add(new TokenSequence(ids, new int[ids.length]));
    }
    int[] first = new int[pieces.size()];
    Arrays.fill(first, 1);
    return new TextExamples(List.copyOf(pieces), first);
  }

  @Override
  public TextExamples subset(int[] examples) {
    return new TextExamples(
        Arrays.stream(examples).mapToObj(sequences::get).toList(),
        Arrays.stream(examples).map(i -> firstPredicted[i]).toArray());
  }

  /** Logits of what follows each token; the rows of those that do not count weigh nothing. */
  @Override
  public Tensor outputs(Ops ops, Model model, TokenBatch batch, List<Tensor> states) {
    CausalModel causal = (CausalModel) model;
    if (states == null) {
      return causal.logits(ops, causal.states(ops, batch));
    }
    states.addAll(causal.hiddenStates(ops, batch));
    return causal.logits(ops, Matrix.of(states.get(states.size() - 1)));
  }

  @Override
  public Tensor outputsFrom(Ops ops, Model model, TokenBatch batch, int from, Tensor state) {
    CausalModel causal = (CausalModel) model;
    return causal.logits(ops, causal.statesFrom(ops, batch, from, state));
  }

  @Override
  public double[] targets() {
    double[] targets = new double[rows()];
    int row = 0;
    for (TokenSequence sequence : sequences) {
      for (int t = 0; t < sequence.length(); t++) {
        targets[row++] = t + 1 < sequence.length() ? sequence.ids()[t + 1] : 0;
      }
    }
    return targets;
  }

  @Override
  public double[] weights() {
    double[] weights = new double[rows()];
    int row = 0;
    for (int i = 0; i < sequences.size(); i++) {
      int length = sequences.get(i).length();
      Arrays.fill(
          weights,
          row + firstPredicted[i] - 1,
          row + length - 1,
          1.0 / (length - firstPredicted[i]));
      row += length;
    }
    return weights;
  }

  @Override
  public int rows(int example) {
    return sequences.get(example).length();
  }

  private int rows() {
    return sequences.stream().mapToInt(TokenSequence::length).sum();
  }

  @Override
  public Objective objective() {
    return Objective.CROSS_ENTROPY;
  }

  /** On the device: logits are many. */
  @Override
  public double loss(Tape tape, Tensor outputs, double[] targets, double scale) {
    double[] weights = weights();
    int rows = weights.length;
    int[] next = Arrays.stream(targets).mapToInt(target -> (int) target).toArray();
    float[] slopes = new float[rows];
    for (int i = 0; i < rows; i++) {
      slopes[i] = (float) (scale * weights[i]);
    }
    // The tape reads the targets in its backward pass, when they have to live still.
    Tensor places = tape.ops().allocate(DType.I32, rows);
    places.write(0, next, 0, rows);
    Tensor losses = tape.ops().allocate(outputs.dtype(), rows);
    tape.ops().crossEntropy(Matrix.of(outputs), places, losses);
    double sum = 0;
    float[] values = losses.toFloats();
    for (int i = 0; i < rows; i++) {
      sum += weights[i] * values[i];
    }
    try (Scope scope = outputs.device().openScope()) {
      Matrix row = new Matrix(losses, 0, 1, rows, rows);
      tape.addGradient(row, Matrix.of(scope.floats(slopes, 1, rows)));
    }
    return sum;
  }
}
