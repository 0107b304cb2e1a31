package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Trains one block of a model, all its weights and no others, to make given outputs of given
 * inputs: the mean square of what is between them is minimized by AdamW, dropout being off. Neither
 * labels nor the rest of the model are needed (the block refinement of Sinha and Fleuret 2026).
 */
public final class BlockTraining {
  private static final int BATCH_SIZE = 32;

  /** The share of the largest learning rate that is left at the end. */
  private static final double FLOOR = 0.1;

  private final Model model;
  private final ModelBlock block;
  private final List<TokenSequence> sequences;
  private final Matrix inputs;
  private final Matrix targets;
  private final Settings settings;
  private final GradientBuffers gradients;

  /** The row at which each sequence begins, and the last one ends. */
  private final int[] starts;

  private BlockTraining(
      Model model,
      ModelBlock block,
      List<TokenSequence> sequences,
      Matrix inputs,
      Matrix targets,
      Settings settings,
      GradientBuffers gradients) {
    this.model = model;
    this.block = block;
    this.sequences = sequences;
    this.inputs = inputs;
    this.targets = targets;
    this.settings = settings;
    this.gradients = gradients;
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
  public record Settings(int epochs, double learningRate, long seed) {
    /**
     * The learning rate of a step: up linearly in the first tenth, then down by a cosine to a
     * tenth.
     *
     * @param step from 1
     * @param total number of steps
     */
    double rate(long step, long total) {
      double warm = Math.ceil(TrainingSettings.WARMUP * total);
      if (step <= warm) {
        return learningRate * step / warm;
      }
      double done = (step - warm) / Math.max(1, total - warm);
      return learningRate * (FLOOR + (1 - FLOOR) * (1 + Math.cos(Math.PI * done)) / 2);
    }
  }

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
    Device device = model.device();
    List<Parameter> weights =
        block.parts().stream().flatMap(part -> part.weights().stream()).toList();
    try (GradientBuffers gradients = new GradientBuffers(device, weights);
        AdamW optimizer = new AdamW(device, weights, gradients, AdamWSettings.DEFAULT, false)) {
      new BlockTraining(model, block, sequences, inputs, targets, settings, gradients)
          .run(optimizer);
    }
  }

  private void run(AdamW optimizer) {
    int stepsPerEpoch = (sequences.size() + BATCH_SIZE - 1) / BATCH_SIZE;
    long total = (long) stepsPerEpoch * settings.epochs();
    LossScale scale = new LossScale(model.device());
    for (int epoch = 0; epoch < settings.epochs(); epoch++) {
      int[] order = TrainingSet.order(sequences.size(), settings.seed(), epoch);
      for (int from = 0; from < order.length; from += BATCH_SIZE) {
        int to = Math.min(order.length, from + BATCH_SIZE);
        step(Arrays.copyOfRange(order, from, to), optimizer, scale, total);
      }
    }
  }

  private void step(int[] batch, AdamW optimizer, LossScale scale, long total) {
    double error;
    double norm;
    do {
      gradients.clear();
      error = addGradients(batch, scale.factor());
      norm = gradients.norm() / scale.factor();
    } while (Double.isFinite(error) && !Double.isFinite(norm) && scale.shrink());
    long number = optimizer.steps() + 1;
    if (!Double.isFinite(error) || !Double.isFinite(norm)) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "the error of a block's outputs is no number any more at step %d of %d; lower lr (%s)",
              number,
              total,
              settings.learningRate()));
    }
    double clip = Math.min(1, TrainingSettings.GRADIENT_CLIP / (norm + 1e-6));
    optimizer.step(settings.rate(number, total), clip / scale.factor());
    scale.succeeded();
  }

  /** Adds the scaled gradient of the mean squared error of some sequences; returns the error. */
  private double addGradients(int[] batch, double scale) {
    Device device = model.device();
    try (Scope scope = device.openScope();
        Tape tape = new Tape(device, gradients, null)) {
      List<TokenSequence> chosen = Arrays.stream(batch).mapToObj(sequences::get).toList();
      TokenBatch tokens = TokenBatch.of(scope, chosen, model.info());
      Matrix outputs = block.forward(tape.ops(), tokens, gather(inputs, batch, scope));
      Matrix difference = gather(targets, batch, scope);
      device.gradients().addScaled(-1, outputs, difference);
      double count = (double) difference.rows() * difference.cols();
      double error = device.blas().squaredNorm(difference) / count;
      double[] factors = new double[difference.rows()];
      Arrays.fill(factors, -2 * scale / count);
      device.blas().scaleRows(difference, factors);
      tape.addGradient(outputs, difference);
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
