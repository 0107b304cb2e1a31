package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A method that leaves out parts of matrices in the course of a {@link PruningTraining}. */
abstract class PruningMethod implements Compressor {
  /**
   * What a matrix takes of which the least is kept.
   *
   * @return one point
   */
  abstract OperatingPoints point(LinearSlot slot, Budget budget, MethodOptions options);

  /** Why a matrix is kept whose point saves nothing. */
  abstract String savesNothing();

  /**
   * Trains a copy of the model.
   *
   * @param slots the matrices of which parts are left out
   * @param parameters receives what was chosen
   * @return the copy, the caller's to close
   */
  abstract Model train(
      PruningTraining training,
      List<LinearSlot> slots,
      Budget budget,
      Map<String, String> parameters);

  @Override
  public final void check(MethodOptions options) {
    PruningTraining.check(info().name(), options);
  }

  @Override
  public final boolean allocates() {
    return false;
  }

  @Override
  public final void check(Budget budget, MethodOptions options) {
    if (budget.needsRanks()) {
      throw new InputException(
          "--method "
              + info().name()
              + " has no one rank: --"
              + budget.kind()
              + " says nothing of it; give --keep or --bits");
    }
  }

  @Override
  public final Compression compress(CompressionRequest request) {
    Budget budget = request.requireBudget(info().name());
    check(budget, request.options());
    Replacement replacement = new Replacement(request);
    Map<String, LayerReport> reports = new HashMap<>();
    List<LinearSlot> slots = new ArrayList<>();
    for (LinearSlot slot : request.slots()) {
      OperatingPoints point = point(slot, budget, request.options());
      boolean whole = budget.allowance(point) >= budget.unit().ofMatrix(point);
      if (whole || point.savesNothing(0)) {
        String why = whole ? "the budget allows the matrix as it is" : savesNothing();
        reports.put(slot.name(), replacement.keep(slot, "kept dense: " + why));
      } else {
        slots.add(slot);
      }
    }
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    Model trained = null;
    if (!slots.isEmpty()) {
      long start = System.nanoTime();
      parameters.put("batch_size", Integer.toString(TrainingSettings.BATCH_SIZE));
      PruningTraining training = new PruningTraining(info().name(), request);
      trained = train(training, slots, budget, parameters);
      List<LinearSlot> now = PruningTraining.same(trained, slots);
      for (int i = 0; i < now.size(); i++) {
        reports.put(
            slots.get(i).name(),
            replacement.report(
                slots.get(i), now.get(i).linear(), Diagnostics.none("trained"), start));
      }
    }
    List<LayerReport> layers =
        request.slots().stream().map(slot -> reports.get(slot.name())).toList();
    return new Compression(Map.of(), layers, parameters, trained);
  }
}
