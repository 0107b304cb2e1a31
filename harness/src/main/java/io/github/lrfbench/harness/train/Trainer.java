package io.github.lrfbench.harness.train;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.harness.evaluate.Evaluation;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Trains a model in place by AdamW with a linear warm-up and decay of the learning rate, and leaves
 * it with the weights of the epoch that {@link Selection} says. On the CPU a run depends on its
 * settings and the number of threads alone, not on where it was interrupted; another number of
 * threads rounds differently.
 */
public final class Trainer {
  private final Model model;
  private final List<Parameter> trained;
  private final TrainingSet examples;
  private final TrainingSet heldOut;
  private final TrainingSettings settings;
  private final Evaluation evaluation;
  private final TrainingListener listener;
  private final TrainingState state;
  private final long saveEvery;
  private final Distillation distillation;
  private final StepCoordinates coordinates;
  private final Workers workers;

  /**
   * A trainer.
   *
   * @param model trained in place
   * @param trained its weights that are trained; the others stay as they are
   * @param evaluation tells after every epoch how good the model is, and decides nothing; null for
   *     none
   * @param state where to go on from and to save to; null for neither
   * @param saveEvery steps between saves within an epoch; 0 saves after epochs only
   * @param distillation what is learnt from a teacher; null for nothing
   * @param coordinates in which steps are taken; null for the weights themselves
   * @param workers that share every batch, without coordinates; null for none
   * @throws InputException if there are too few examples to hold some out
   */
  Trainer(
      Model model,
      List<Parameter> trained,
      TrainingSet examples,
      TrainingSettings settings,
      Evaluation evaluation,
      TrainingListener listener,
      TrainingState state,
      long saveEvery,
      Distillation distillation,
      StepCoordinates coordinates,
      Workers workers) {
    this.model = model;
    this.trained = List.copyOf(trained);
    TrainingSplit split = TrainingSplit.of(examples, settings.selection(), settings.seed());
    this.examples = split.training();
    this.heldOut = split.heldOut();
    this.settings = settings;
    this.evaluation = evaluation;
    this.listener = listener;
    this.state = state;
    this.saveEvery = saveEvery;
    this.distillation = distillation;
    this.coordinates = coordinates;
    this.workers = workers;
  }

  /**
   * What came of it.
   *
   * @param metric of the evaluation after the epoch that was kept, NaN without evaluation
   * @param epoch whose weights the model has
   * @param heldOutLoss after it, NaN where nothing is held out
   * @param steps optimizer steps done
   * @param seconds all of it, resumed runs included
   */
  public record Outcome(double metric, int epoch, double heldOutLoss, long steps, double seconds) {}

  /**
   * Trains without saving states.
   *
   * @param distillation what is learnt from a teacher; null for nothing
   * @throws InputException if the loss becomes NaN or infinite
   */
  public static Outcome train(
      Model model,
      TrainingSet examples,
      TrainingSettings settings,
      Distillation distillation,
      TrainingListener listener) {
    return train(model, model.weights(), examples, settings, distillation, listener);
  }

  /**
   * Trains some of a model's weights without saving states.
   *
   * @param trained those of the model's weights that change
   * @param distillation what is learnt from a teacher; null for nothing
   * @throws InputException if the loss becomes NaN or infinite
   */
  public static Outcome train(
      Model model,
      List<Parameter> trained,
      TrainingSet examples,
      TrainingSettings settings,
      Distillation distillation,
      TrainingListener listener) {
    return new Trainer(
            model, trained, examples, settings, null, listener, null, 0, distillation, null, null)
        .run();
  }

  /**
   * Trains some of a model's weights in other coordinates, without saving states.
   *
   * @param trained those of the model's weights that change
   * @param distillation what is learnt from a teacher; null for nothing
   * @throws InputException if the loss becomes NaN or infinite
   */
  public static Outcome train(
      Model model,
      List<Parameter> trained,
      TrainingSet examples,
      TrainingSettings settings,
      Distillation distillation,
      StepCoordinates coordinates,
      TrainingListener listener) {
    return new Trainer(
            model,
            trained,
            examples,
            settings,
            null,
            listener,
            null,
            0,
            distillation,
            coordinates,
            null)
        .run();
  }

  Outcome run() {
    Device device = model.device();
    try (GradientBuffers gradients = new GradientBuffers(device, trained);
        AdamW optimizer = new AdamW(device, trained, gradients, settings.optimizer(), false);
        DataParallel parallel =
            workers == null
                ? null
                : new DataParallel(device, trained, gradients, workers, settings.seed());
        WeightSnapshot best =
            heldOut == null ? null : new WeightSnapshot(device, gradients.tensors())) {
      return new Run(gradients, optimizer, parallel, best).go();
    }
  }

  /** One training from its start, or from a saved state, to its end. */
  private final class Run {
    private final GradientBuffers gradients;
    private final AdamW optimizer;

    /** Null where no workers share the batches. */
    private final DataParallel parallel;

    /** Weights of the best epoch on what is held out; null where the last is kept. */
    private final WeightSnapshot best;

    private final LossScale lossScale = new LossScale(model.device());
    private final List<Tensor> saved = new ArrayList<>();
    private final int stepsPerEpoch =
        (examples.size() + settings.batchSize() - 1) / settings.batchSize();
    private final long total = (long) stepsPerEpoch * settings.epochs();
    private final long start = System.nanoTime();
    private TrainingProgress resumed = TrainingProgress.START;
    private double epochLoss;
    private double keptMetric = Double.NaN;
    private int keptEpoch;
    private double keptLoss = Double.NaN;

    Run(GradientBuffers gradients, AdamW optimizer, DataParallel parallel, WeightSnapshot best) {
      this.gradients = gradients;
      this.optimizer = optimizer;
      this.parallel = parallel;
      this.best = best;
      saved.addAll(gradients.tensors());
      if (best != null) {
        saved.addAll(best.copies());
      }
      saved.addAll(optimizer.state());
      if (coordinates != null) {
        saved.addAll(coordinates.state());
      }
      if (parallel != null) {
        saved.addAll(parallel.state());
      }
    }

    Outcome go() {
      TrainingProgress found = state == null ? null : state.load(saved);
      if (found != null) {
        resumed = found;
        optimizer.resumeAt(found.step());
        epochLoss = found.epochLoss();
        keptMetric = found.metric();
        keptEpoch = found.keptEpoch();
        keptLoss = found.heldOutLoss();
        lossScale.resumeAt(found.lossScale(), found.lossScaleSteps());
      }
      while (optimizer.steps() < total && !isPatienceOver()) {
        runEpoch();
      }
      if (best != null) {
        best.restore();
      }
      return new Outcome(keptMetric, keptEpoch, keptLoss, optimizer.steps(), seconds());
    }

    private boolean isPatienceOver() {
      int done = (int) (optimizer.steps() / stepsPerEpoch);
      boolean atEnd = optimizer.steps() % stepsPerEpoch == 0;
      return settings.patience() > 0 && atEnd && done - keptEpoch >= settings.patience();
    }

    private double seconds() {
      return resumed.seconds() + (System.nanoTime() - start) / 1e9;
    }

    private void runEpoch() {
      int epoch = (int) (optimizer.steps() / stepsPerEpoch);
      int[] order = examples.order(settings.seed(), epoch);
      for (int s = (int) (optimizer.steps() % stepsPerEpoch); s < stepsPerEpoch; s++) {
        int from = s * settings.batchSize();
        int to = Math.min(order.length, from + settings.batchSize());
        step(Arrays.copyOfRange(order, from, to));
        if (state != null && saveEvery > 0 && optimizer.steps() % saveEvery == 0) {
          if (s + 1 < stepsPerEpoch) {
            save();
          }
        }
      }
      finish(epoch + 1);
    }

    private void step(int[] batch) {
      double loss;
      double norm;
      do {
        loss = gradientsOf(batch);
        norm = gradients.norm() / lossScale.factor();
      } while (Double.isFinite(loss) && !Double.isFinite(norm) && lossScale.shrink());
      long number = optimizer.steps() + 1;
      if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "the %s is no number any more at step %d of %d; lower --lr (%s) or --grad-clip",
                Double.isFinite(loss) ? "gradient" : "loss",
                number,
                total,
                settings.learningRate()));
      }
      double mean = 1.0 / batch.length;
      double clip = settings.gradientClip();
      double scale = clip > 0 ? Math.min(1, clip / (norm * mean + 1e-6)) : 1;
      double rate = settings.rate(number, total);
      double gradientScale = scale * mean / lossScale.factor();
      if (coordinates == null) {
        optimizer.step(rate, gradientScale);
      } else {
        coordinates.step(() -> optimizer.step(rate, gradientScale));
      }
      lossScale.succeeded();
      epochLoss += loss;
      int epoch = (int) ((number - 1) / stepsPerEpoch) + 1;
      listener.step(epoch, number, total, loss * mean, rate, seconds());
    }

    /** The gradient of the sum of a batch's scaled losses; returns the sum without the scale. */
    private double gradientsOf(int[] batch) {
      if (parallel != null) {
        return parallel.gradientsOf(
            batch, optimizer.steps(), lossScale.factor(), this::addGradients, listener);
      }
      gradients.clear();
      double loss = addGradients(batch, 0, batch.length, gradients);
      if (coordinates != null) {
        int epoch = (int) (optimizer.steps() / stepsPerEpoch);
        double scale = batch.length * lossScale.factor();
        loss += batch.length * coordinates.turn(gradients, optimizer.steps(), epoch, scale);
      }
      return loss;
    }

    /** Adds the gradient of the sum of some examples' scaled losses; returns the sum unscaled. */
    private double addGradients(int[] batch, int from, int to, GradientBuffers target) {
      double loss = 0;
      for (int first = from; first < to; first += settings.microBatch()) {
        int end = Math.min(to, first + settings.microBatch());
        loss += pass(Arrays.copyOfRange(batch, first, end), first, target);
      }
      return loss;
    }

    private double pass(int[] numbers, int offset, GradientBuffers target) {
      Device device = model.device();
      long dropoutSeed = (settings.seed() * 1_000_003 + optimizer.steps()) * 8191 + offset;
      TrainingSet chosen = examples.subset(numbers);
      try (Scope scope = device.openScope();
          Tape tape = new Tape(device, target, dropoutSeed)) {
        TokenBatch batch = TokenBatch.of(scope, chosen.sequences(), model.info());
        double loss =
            distillation == null
                ? chosen.loss(
                    tape, chosen.outputs(tape.ops(), model, batch, null), lossScale.factor())
                : distillation.loss(tape, chosen, batch, model, lossScale.factor());
        tape.backward();
        return loss;
      }
    }

    private void finish(int epoch) {
      double metric = Double.NaN;
      if (evaluation != null) {
        metric = evaluation.run(model, done -> {}).score().metric();
      }
      double held = heldOut == null ? Double.NaN : heldOutLoss();
      // NaN is worse than any loss.
      boolean kept = heldOut == null || keptEpoch == 0 || Double.compare(held, keptLoss) < 0;
      if (kept) {
        if (best != null) {
          best.take();
        }
        keptMetric = metric;
        keptEpoch = epoch;
        keptLoss = held;
      }
      double meanLoss = epochLoss / examples.size();
      epochLoss = 0;
      listener.epoch(
          new TrainingListener.Epoch(
              epoch, optimizer.steps(), meanLoss, metric, held, kept, seconds()));
      if (state != null) {
        save();
      }
    }

    /** The mean loss of what is held out, without dropout and teacher. */
    private double heldOutLoss() {
      double sum = 0;
      for (int from = 0; from < heldOut.size(); from += settings.microBatch()) {
        int to = Math.min(heldOut.size(), from + settings.microBatch());
        TrainingSet chosen = heldOut.subset(IntStream.range(from, to).toArray());
        try (Scope scope = model.device().openScope();
            Tape tape = new Tape(model.device(), gradients, null)) {
          TokenBatch batch = TokenBatch.of(scope, chosen.sequences(), model.info());
          Tensor outputs = chosen.outputs(tape.ops(), model, batch, null);
          sum += chosen.loss(tape, outputs, 1);
        }
      }
      return sum / heldOut.size();
    }

    private void save() {
      state.save(
          new TrainingProgress(
              optimizer.steps(),
              epochLoss,
              keptMetric,
              keptEpoch,
              keptLoss,
              lossScale.factor(),
              lossScale.stepsSinceChange(),
              seconds()),
          saved);
    }
  }
}
