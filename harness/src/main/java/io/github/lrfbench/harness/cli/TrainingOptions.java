package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.train.AdamWSettings;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.TrainingSettings;
import picocli.CommandLine.Option;

/** Options that say how a model is trained. */
@OptionTopic.Of(OptionTopic.TRAINING)
final class TrainingOptions {
  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "3",
      description = "Passes over the training examples. Default: ${DEFAULT-VALUE}.")
  int epochs;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "2e-5",
      description = "The largest learning rate. Default: ${DEFAULT-VALUE}.")
  double learningRate;

  @Option(
      names = "--batch-size",
      paramLabel = "B",
      defaultValue = "" + TrainingSettings.BATCH_SIZE,
      description = "Examples per step. Default: ${DEFAULT-VALUE}.")
  int batchSize;

  @Option(
      names = "--micro-batch",
      paramLabel = "B",
      defaultValue = "" + TrainingSettings.BATCH_SIZE,
      description =
          "The most examples per forward pass; gradients of a step's passes are added up. Default: ${DEFAULT-VALUE}.")
  int microBatch;

  @Option(
      names = "--warmup",
      paramLabel = "SHARE",
      defaultValue = "" + TrainingSettings.WARMUP,
      description =
          "Share of the steps in which the learning rate rises; then it falls to 0. Default: ${DEFAULT-VALUE}.")
  double warmup;

  @Option(
      names = "--weight-decay",
      paramLabel = "W",
      defaultValue = "0.01",
      description = "Of matrices, not of biases and norms. Default: ${DEFAULT-VALUE}.")
  double weightDecay;

  @Option(
      names = "--grad-clip",
      paramLabel = "NORM",
      defaultValue = "" + TrainingSettings.GRADIENT_CLIP,
      description =
          "Scale larger gradients down to this norm; 0 for none. Default: ${DEFAULT-VALUE}.")
  double gradientClip;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description =
          "Rate of every dropout, in [0, 1), also in the config.json that is written. Default: those of the model's.")
  Double dropout;

  @Option(
      names = "--patience",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "With --select held-out, stop after N epochs without a smaller held-out loss; 0 for never. Default: 0.")
  int patience;

  @Option(
      names = "--select",
      paramLabel = "WHICH",
      defaultValue = "last",
      description =
          "Which epoch is kept: last, or held-out, that of the smallest loss on a tenth of the training examples (32 to "
              + "1024), which the seed draws and which are not trained on. Default: ${DEFAULT-VALUE}.")
  String select;

  TrainingSettings settings(long seed) {
    return settings(seed, weightDecay);
  }

  /** The same for a training in which weights do not decay, whatever the option says. */
  TrainingSettings withoutDecay(long seed) {
    return settings(seed, 0);
  }

  private TrainingSettings settings(long seed, double decay) {
    Selection selection = Selection.parse("--select", select);
    AdamWSettings standard = AdamWSettings.DEFAULT;
    AdamWSettings adam =
        new AdamWSettings(standard.beta1(), standard.beta2(), standard.epsilon(), decay);
    return new TrainingSettings(
        epochs,
        learningRate,
        batchSize,
        microBatch,
        warmup,
        adam,
        gradientClip,
        patience,
        selection,
        seed);
  }
}
