package io.github.lrfbench.benchmarks.demo;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.AdamW;
import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Trains one model on all tasks at once. Its outputs are those of the tasks, side by side; a batch
 * holds examples of one task, whose outputs alone get a gradient.
 */
final class SharedTraining {
  private static final int BATCH = 64;
  private static final double WARMUP = 1 / 12.0;
  private static final double SCORE_WEIGHT = 0.2;
  private static final double MARK_WEIGHT = 3;
  private static final double MARKER_RATE = 1;
  private static final int LOG_EVERY = 200;

  private record Batch(DemoTrainingData data, int firstOutput, int from, int to) {}

  private final Model model;
  private final List<Batch> batches = new ArrayList<>();
  private final Marker marker;
  private final TrainingSettings settings;

  /**
   * A training.
   *
   * @param model trained in place
   * @param parts the tasks' examples; their outputs are the model's, in this order
   */
  SharedTraining(
      Model model, List<DemoTrainingData> parts, int epochs, double learningRate, long seed) {
    this.model = model;
    this.marker = new Marker(model.info().hiddenSize());
    this.settings =
        new TrainingSettings(
            epochs,
            learningRate,
            BATCH,
            BATCH,
            WARMUP,
            AdamWSettings.DEFAULT,
            1,
            0,
            Selection.LAST,
            seed);
    int output = 0;
    for (DemoTrainingData part : parts) {
      for (int from = 0; from < part.set().size(); from += BATCH) {
        batches.add(new Batch(part, output, from, Math.min(part.set().size(), from + BATCH)));
      }
      output += outputs(part);
    }
  }

  /** How many of the model's outputs are a task's. */
  static int outputs(DemoTrainingData part) {
    return Math.max(1, part.task().labels().size());
  }

  void run() {
    long total = (long) batches.size() * settings.epochs();
    long start = System.nanoTime();
    double[] recent = new double[LOG_EVERY];
    try (GradientBuffers gradients = new GradientBuffers(model.device(), model.weights());
        AdamW optimizer =
            new AdamW(model.device(), model.weights(), gradients, settings.optimizer(), false)) {
      for (int epoch = 0; epoch < settings.epochs(); epoch++) {
        for (Batch batch : shuffled(epoch)) {
          long step = optimizer.steps() + 1;
          double rate = settings.rate(step, total);
          gradients.clear();
          recent[(int) (step % LOG_EVERY)] = addGradients(batch, gradients, rate, step);
          double norm = gradients.norm();
          optimizer.step(rate, Math.min(1, settings.gradientClip() / (norm + 1e-6)));
          if (step % LOG_EVERY == 0) {
            System.err.printf(
                Locale.ROOT,
                "shared: step %d of %d, loss %.4f, %.0f s%n",
                step,
                total,
                Arrays.stream(recent).average().orElse(0),
                (System.nanoTime() - start) / 1e9);
          }
        }
      }
    }
  }

  private List<Batch> shuffled(int epoch) {
    List<Batch> order = new ArrayList<>(batches);
    SplittableRandom random = new SplittableRandom(settings.seed() + epoch);
    for (int i = order.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      order.set(i, order.set(j, order.get(i)));
    }
    return order;
  }

  /** Adds the gradient of a batch's mean loss and returns that loss. */
  private double addGradients(Batch batch, GradientBuffers gradients, double rate, long step) {
    DemoTrainingData data = batch.data();
    List<TokenSequence> sequences = data.set().sequences().subList(batch.from(), batch.to());
    double[] targets = Arrays.copyOfRange(data.set().targets(), batch.from(), batch.to());
    try (Scope scope = model.device().openScope();
        Tape tape = new Tape(model.device(), gradients, step)) {
      List<Tensor> states = new ArrayList<>();
      Tensor output = model.forward(tape.ops(), TokenBatch.of(scope, sequences), states);
      double loss = taskGradient(batch, targets, output, tape, scope);
      List<boolean[]> marks = data.marks().subList(batch.from(), batch.to());
      if (marks.stream().anyMatch(mark -> mark != null)) {
        Tensor last = states.get(states.size() - 1);
        loss += markGradient(sequences, marks, last, rate, tape, scope);
      }
      tape.backward();
      return loss;
    }
  }

  private double taskGradient(
      Batch batch, double[] targets, Tensor output, Tape tape, Scope scope) {
    int width = Math.toIntExact(output.shape().dim(1));
    int own = outputs(batch.data());
    float[] all = output.toFloats();
    float[] logits = new float[targets.length * own];
    for (int row = 0; row < targets.length; row++) {
      System.arraycopy(all, row * width + batch.firstOutput(), logits, row * own, own);
    }
    float[] slope = new float[logits.length];
    double[] weights = new double[targets.length];
    Arrays.fill(weights, (batch.data().set().regression() ? SCORE_WEIGHT : 1) / targets.length);
    double loss = batch.data().set().objective().evaluate(logits, targets, weights, slope);
    Arrays.fill(all, 0);
    for (int i = 0; i < slope.length; i++) {
      all[i / own * width + batch.firstOutput() + i % own] = slope[i];
    }
    tape.addGradient(output, Matrix.of(scope.floats(all, output.shape().toArray())));
    return loss;
  }

  private double markGradient(
      List<TokenSequence> sequences,
      List<boolean[]> marks,
      Tensor states,
      double rate,
      Tape tape,
      Scope scope) {
    int[] lengths = sequences.stream().mapToInt(TokenSequence::length).toArray();
    float[] gradient = new float[Math.toIntExact(states.shape().size())];
    double markerRate = MARKER_RATE * rate / settings.learningRate();
    double loss = marker.step(states.toFloats(), marks, lengths, markerRate, gradient);
    double weight = MARK_WEIGHT / sequences.size();
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] *= (float) weight;
    }
    tape.addGradient(states, Matrix.of(scope.floats(gradient, states.shape().toArray())));
    return weight * loss;
  }
}
