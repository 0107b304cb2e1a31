package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.Distillation;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Trains what stands in the place of a model's matrices on all of the task's training examples; the
 * other weights of the model stay as they are.
 */
public final class ReplacementTraining {
  private ReplacementTraining() {}

  /**
   * Trains.
   *
   * @param replacements by slot, not modified
   * @param trained of the names of their weights those that change
   * @param distillation what is learnt from a teacher; null for nothing
   * @param scope owns the result
   * @return the replacements after training
   * @throws io.github.lrfbench.kernels.InputException if the loss becomes NaN or infinite
   */
  public static Map<String, Linear> train(
      CompressionRequest request,
      Map<String, Linear> replacements,
      Predicate<String> trained,
      TrainingSettings settings,
      Distillation distillation,
      Scope scope) {
    Model copy;
    try (Model replaced = request.model().with(replacements)) {
      copy = replaced.copy();
    }
    try (copy) {
      List<Parameter> weights =
          copy.weights().stream()
              .filter(weight -> isOf(replacements, weight.name()) && trained.test(weight.name()))
              .toList();
      Trainer.train(
          copy,
          weights,
          request.statistics().training(),
          settings,
          distillation,
          TrainingListener.NONE);
      Map<String, Linear> after = new HashMap<>();
      for (LinearSlot slot : copy.slots()) {
        if (replacements.containsKey(slot.name())) {
          after.put(slot.name(), slot.linear().copyTo(scope));
        }
      }
      return after;
    }
  }

  private static boolean isOf(Map<String, Linear> replacements, String weight) {
    return replacements.keySet().stream().anyMatch(slot -> weight.startsWith(slot + "."));
  }
}
