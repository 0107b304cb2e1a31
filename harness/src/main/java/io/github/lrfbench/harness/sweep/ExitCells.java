package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.exits.EarlyExit;
import io.github.lrfbench.harness.exits.ExitPolicy;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.OutputException;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.sweep.MemoryNeed.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The cells beside ours whose passes stop early: scored on the task's examples, and timed on them
 * in turns with whole passes.
 */
record ExitCells(
    List<ExitPolicy> policies,
    LoadedModel loaded,
    RowFactory rows,
    CellLog log,
    FailedCells failed) {

  /**
   * Runs those beside a cell that are open.
   *
   * @param dense asks for the dense model's result on the task
   */
  void run(Cell own, SweepTask task, CompressedModel compressed, Supplier<TaskResult> dense) {
    for (ExitPolicy policy : policies) {
      Cell cell = own.at(policy);
      if (!log.isDone(cell)) {
        run(cell, policy, task, compressed, dense);
      }
    }
  }

  private void run(
      Cell cell,
      ExitPolicy policy,
      SweepTask task,
      CompressedModel compressed,
      Supplier<TaskResult> dense) {
    Instant startedAt = Instant.now();
    log.working(cell.describe());
    Step step = Step.EVALUATE;
    try {
      EarlyExit early = new EarlyExit(compressed.model(), policy);
      TaskResult result = TaskResult.of(task.evaluation(), early, task.keepsPredictions());
      step = Step.TIME;
      ExitTiming timing = time(policy, task, compressed);
      String id = log.id(cell);
      log.write(
          cell,
          rows.ofExit(
              rows.identity(cell, id, startedAt),
              cell.variant(),
              task.evaluation(),
              loaded,
              compressed,
              dense.get(),
              result,
              early,
              timing),
          List.of(),
          rows.samples(id, timing.rounds(), ExitTiming.SUBJECTS),
          result.predictions());
    } catch (OutputException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError failure) {
      failed.fail(cell, startedAt, step, failure);
    }
  }

  private ExitTiming time(ExitPolicy policy, SweepTask task, CompressedModel compressed) {
    List<Model> models = new ArrayList<>();
    models.add(new EarlyExit(compressed.model(), policy));
    models.add(loaded.model());
    if (compressed.model() != loaded.model()) {
      models.add(compressed.model());
    }
    return InputProbe.measure(models, task.evaluation().inputs());
  }
}
