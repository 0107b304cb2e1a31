package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.prune.MovementMasks.Pruned;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The method {@code movement}: elements, outputs or inputs of matrices that a training moves
 * towards 0 are left out in the course of it (Sanh et al. 2020).
 */
public final class MovementCompressor extends PruningMethod {
  private static final String NAME = "movement";
  private static final String PATTERN = "pattern";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        NAME,
        "elements, outputs or inputs that a training moves towards 0 are left out",
        "Sanh et al. 2020",
        Set.of(Need.WEIGHTS, Need.TRAINING),
        "",
        Stream.concat(
                Stream.of(MethodOption.choice(PATTERN, "entries", "outputs", "inputs")),
                PruningTraining.options(3e-5, 0.06, 0.12).stream())
            .toList());
  }

  @Override
  OperatingPoints point(LinearSlot slot, Budget budget, MethodOptions options) {
    Pattern pattern = Pattern.of(options.text(PATTERN));
    int rows = slot.linear().outputs();
    int cols = slot.linear().inputs();
    int kept = pattern.room(budget, rows, cols);
    return new OperatingPoints(rows, cols, Double.NaN, List.of(pattern.point(rows, cols, kept)));
  }

  @Override
  String savesNothing() {
    return "to leave so little out saves nothing";
  }

  @Override
  Model train(
      PruningTraining training,
      List<LinearSlot> slots,
      Budget budget,
      Map<String, String> parameters) {
    Pattern pattern = Pattern.of(training.request().options().text(PATTERN));
    try (Scope scratch = training.request().scope().device().openScope();
        Model copy = copy(training.request().model(), slots, scratch)) {
      List<LinearSlot> own = PruningTraining.same(copy, slots);
      List<Pruned> pruned =
          own.stream()
              .map(
                  slot ->
                      new Pruned(
                          new Parameter(slot.name(), slot.linear().dense(), Storage.TRANSPOSED),
                          pattern.room(budget, slot.linear().outputs(), slot.linear().inputs())))
              .toList();
      try (MovementMasks masks =
          new MovementMasks(
              copy.device(), pruned, pattern, training.schedule(0), training.window())) {
        training.run(copy, masks);
        Map<String, Linear> left = new HashMap<>();
        for (int i = 0; i < own.size(); i++) {
          LinearSlot slot = own.get(i);
          Linear map = pattern.form(SlotMatrix.of(slot, scratch), masks.kept().get(i), 1, scratch);
          left.put(slot.name(), map.withBias(slot.linear().bias()));
        }
        try (Model cut = copy.with(left)) {
          return cut.copy();
        }
      }
    }
  }

  /** A copy of the model in which these matrices are whole. */
  private static Model copy(Model model, List<LinearSlot> slots, Scope scratch) {
    Map<String, Linear> whole = new HashMap<>();
    for (LinearSlot slot : slots) {
      if (slot.linear().dense() == null) {
        whole.put(slot.name(), DenseLinear.of(slot.linear(), scratch));
      }
    }
    try (Model replaced = model.with(whole)) {
      return replaced.copy();
    }
  }
}
