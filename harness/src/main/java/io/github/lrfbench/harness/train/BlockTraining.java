package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;

/**
 * Trains one block of a model, all its weights and no others, to make given outputs of given
 * inputs: the mean square of what is between them is minimized by AdamW, dropout being off. Neither
 * labels nor the rest of the model are needed (the block refinement of Sinha and Fleuret 2026).
 */
public final class BlockTraining {
  private static final int BATCH_SIZE = 32;

  private final Model model;
  private final ModelBlock block;
  private final List<TokenSequence> sequences;
  private final Matrix inputs;
  private final Matrix targets;
  private final Settings settings;

  /** The row at which each sequence begins, and the last one ends. */
  private final int[] starts;

  private BlockTraining(
      Model model,
      ModelBlock block,
      List<TokenSequence> sequences,
      Matrix inputs,
      Matrix targets,
      Settings settings) {
    this.model = model;
    this.block = block;
    this.sequences = sequences;
    this.inputs = inputs;
    this.targets = targets;
    this.settings = settings;
    this.starts = new int[sequences.size() + 1];
    for (int i = 0; i < sequences.size(); i++) {
      starts[i + 1] = starts[i] + sequences.get(i).length();
    }
  }

  /**
   * How a block is trained.
   *
   * @param epochs passes over the sequences, at least 1
   * @param learningRate the largest
   * @param seed of the order of sequences
   */
  public record Settings(int epochs, double learningRate, long seed) {}

  /**
   * Trains a block in place.
   *
   * @param model owns its weights
   * @param block of the model
   * @param sequences of the tokens, in the order in which their rows lie
   * @param inputs [T, H], not modified
   * @param targets [T, H], not modified
   * @throws InputException if the error becomes NaN or infinite
   */
  public static void train(
      Model model,
      ModelBlock block,
      List<TokenSequence> sequences,
      Matrix inputs,
      Matrix targets,
      Settings settings) {
    new BlockTraining(model, block, sequences, inputs, targets, settings).run();
  }

  private void run() {
    List<Parameter> weights =
        block.parts().stream().flatMap(part -> part.weights().stream()).toList();
    int stepsPerEpoch = (sequences.size() + BATCH_SIZE - 1) / BATCH_SIZE;
    try (MeanSquares steps =
        new MeanSquares(
            model.device(),
            weights,
            AdamWSettings.DEFAULT,
            "a block's outputs",
            settings.learningRate(),
            (long) stepsPerEpoch * settings.epochs())) {
      for (int epoch = 0; epoch < settings.epochs(); epoch++) {
        int[] order = TrainingSet.order(sequences.size(), settings.seed(), epoch);
        for (int from = 0; from < order.length; from += BATCH_SIZE) {
          int to = Math.min(order.length, from + BATCH_SIZE);
          int[] batch = Arrays.copyOfRange(order, from, to);
          steps.step((tape, scale) -> pass(batch, tape, scale));
        }
      }
    }
  }

  /** The pass over some sequences; returns the error. */
  private double pass(int[] batch, Tape tape, double scale) {
    try (Scope scope = model.device().openScope()) {
      List<TokenSequence> chosen = Arrays.stream(batch).mapToObj(sequences::get).toList();
      TokenBatch tokens = TokenBatch.of(scope, chosen, model.info());
      Matrix outputs = block.forward(tape.ops(), tokens, gather(inputs, batch, scope));
      Matrix wanted = gather(targets, batch, scope);
      double error = MeanSquares.leaveGradient(tape, outputs, wanted, scale);
      tape.backward();
      return error;
    }
  }

  /** The rows of some sequences, one after the other. */
  private Matrix gather(Matrix all, int[] batch, Scope scope) {
    int rows = Arrays.stream(batch).map(i -> starts[i + 1] - starts[i]).sum();
    Matrix gathered = Matrix.of(scope.allocate(all.dtype(), rows, all.cols()));
    int row = 0;
    for (int i : batch) {
      int end = row + starts[i + 1] - starts[i];
      all.device().blas().copy(all.rows(starts[i], starts[i + 1]), gathered.rows(row, end));
      row = end;
    }
    return gathered;
  }
}
