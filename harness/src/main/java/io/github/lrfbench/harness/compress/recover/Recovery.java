package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.Distillation;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.InputException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Training after compression.
 *
 * @param epochs over the task's training examples; 0 for none
 * @param learningRate the largest
 * @param distillation how much the dense model teaches
 * @param selection which epoch's weights are kept
 */
public record Recovery(
    int epochs, double learningRate, DistillationWeights distillation, Selection selection) {
  /** No training. */
  public static final Recovery NONE = new Recovery(0, 0, DistillationWeights.NONE, Selection.LAST);

  /** Checks the numbers. */
  public Recovery {
    if (epochs < 0) {
      throw new InputException("--finetune-epochs must be at least 0, but is " + epochs);
    }
    if (epochs > 0 && !(learningRate > 0 && learningRate < 1)) {
      throw new InputException("--finetune-lr must be between 0 and 1, but is " + learningRate);
    }
  }

  /** Whether there is any. */
  public boolean trains() {
    return epochs > 0;
  }

  /** Whether the dense model teaches. */
  public boolean distills() {
    return distillation.any();
  }

  /**
   * Trains a model that owns its weights.
   *
   * @param model modified
   * @param teacher the dense model
   * @return how long it took, in seconds
   * @throws InputException if the loss becomes NaN or infinite, or examples are too few to hold
   *     some out
   */
  public double train(Model model, Model teacher, TrainingSet examples, long seed) {
    Distillation teaching =
        distills() ? new Distillation(teacher, distillation, Distillation.TEMPERATURE) : null;
    return Trainer.train(model, examples, settings(seed), teaching, TrainingListener.NONE)
        .seconds();
  }

  private TrainingSettings settings(long seed) {
    return TrainingSettings.standard(
        epochs, learningRate, TrainingSettings.BATCH_SIZE, selection, seed);
  }

  /** What {@code run.json} tells. */
  public Map<String, Object> toJson() {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("epochs", epochs);
    told.put("lr", learningRate);
    told.put("distill", distillation.outputs());
    told.put("distill_hidden", distillation.hidden());
    if (distillation.attention() > 0) {
      told.put("distill_attention", distillation.attention());
    }
    if (distillation.scores() > 0) {
      told.put("distill_scores", distillation.scores());
    }
    told.put("select", selection.label());
    return told;
  }

  /** What a user reads. */
  public String describe() {
    return token();
  }

  /** What tells one from another in cell ids; it never changes. */
  public String token() {
    String text = String.format(Locale.ROOT, "finetune %d x %s", epochs, learningRate);
    if (distills()) {
      text += " distill " + distillation.outputs() + "/" + distillation.hidden();
    }
    if (distillation.attention() > 0) {
      text += " attention " + distillation.attention();
    }
    if (distillation.scores() > 0) {
      text += " scores " + distillation.scores();
    }
    return selection == Selection.LAST ? text : text + " select " + selection.label();
  }
}
