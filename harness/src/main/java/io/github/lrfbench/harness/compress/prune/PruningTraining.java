package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.Distillation;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.Selection;
import io.github.lrfbench.harness.train.StepCoordinates;
import io.github.lrfbench.harness.train.Trainer;
import io.github.lrfbench.harness.train.TrainingListener;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A training of all of a model's weights in the course of which parts of matrices are left out; the
 * last epoch is kept, as those before are not down to the budget.
 *
 * @param method its name
 * @param request what it is asked for, whose options have {@link #options}
 */
record PruningTraining(String method, CompressionRequest request) {
  private static final String EPOCHS = "epochs";
  private static final String RATE = "lr";
  private static final String INITIAL = "initial";
  private static final String FINAL = "final";
  private static final String WINDOW = "window";
  private static final String DISTILL = "distill";
  private static final String HIDDEN = "hidden";

  /**
   * The options of such a training.
   *
   * @param initial the standard share of the steps before anything is left out
   * @param last that of the steps at the end in which the share stays what it is
   * @param own options of the method, which come before the teacher's
   */
  static List<MethodOption> options(double rate, double initial, double last, MethodOption... own) {
    List<MethodOption> options = new ArrayList<>();
    options.add(MethodOption.count(EPOCHS, 3, 1, 1000));
    options.add(MethodOption.number(RATE, rate, 1e-9, 0.5));
    options.add(MethodOption.number(INITIAL, initial, 0, 0.99));
    options.add(MethodOption.number(FINAL, last, 0, 0.99));
    options.add(MethodOption.count(WINDOW, 10, 1, 1_000_000));
    options.addAll(List.of(own));
    options.add(MethodOption.number(DISTILL, 0, 0, 1));
    options.add(MethodOption.number(HIDDEN, 0, 0, 1e6));
    return options;
  }

  /** Checks what no option can check alone. */
  static void check(String method, MethodOptions options) {
    if (options.number(INITIAL) + options.number(FINAL) >= 1) {
      throw new InputException(
          "--method "
              + method
              + ": initial and final are shares of one training, together below 1");
    }
  }

  /** Steps after which it is decided anew what is left out. */
  int window() {
    return request.options().count(WINDOW);
  }

  /** How the share that is kept falls to one. */
  KeepSchedule schedule(double share) {
    MethodOptions options = request.options();
    int batch = TrainingSettings.BATCH_SIZE;
    int examples = request.statistics().training().size();
    long total = (long) options.count(EPOCHS) * ((examples + batch - 1) / batch);
    long initial = (long) Math.floor(options.number(INITIAL) * total);
    // At least the last step leaves what the budget has room for.
    long last = Math.max(1, (long) Math.ceil(options.number(FINAL) * total));
    return new KeepSchedule(total, Math.min(initial, total - last), last, share);
  }

  /**
   * Trains.
   *
   * @param copy trained in place
   * @param masks leave out
   */
  void run(Model copy, StepCoordinates masks) {
    Trainer.train(
        copy,
        copy.weights(),
        request.statistics().training(),
        TrainingSettings.standard(
            request.options().count(EPOCHS),
            request.options().number(RATE),
            TrainingSettings.BATCH_SIZE,
            Selection.LAST,
            request.seed()),
        distillation(),
        masks,
        new TrainingListener() {
          @Override
          public void step(int e, long step, long total, double loss, double rate, double s) {
            request.progress().accept(method + ": step " + step + " of " + total);
          }
        });
  }

  private Distillation distillation() {
    double soft = request.options().number(DISTILL);
    double hidden = request.options().number(HIDDEN);
    DistillationWeights weights = new DistillationWeights(soft, hidden, 0, 0);
    return weights.any()
        ? new Distillation(request.reference(), weights, Distillation.TEMPERATURE)
        : null;
  }

  /** The slots of another form of the model that some are in this, in their order. */
  static List<LinearSlot> same(Model model, List<LinearSlot> slots) {
    Map<String, LinearSlot> byName = new HashMap<>();
    model.slots().forEach(slot -> byName.put(slot.name(), slot));
    return slots.stream().map(slot -> byName.get(slot.name())).toList();
  }
}
