package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.zoo.LoadedModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All cells of one loaded model: the dense model on every task, then every variant, compressed and
 * timed once and evaluated on every task. What goes wrong in a cell becomes its row.
 */
final class ModelSweep {
  private final String name;
  private final LoadedModel loaded;
  private final List<SweepTask> tasks;
  private final VariantFactory variants;
  private final LatencyProbe probe;
  private final RowFactory rows;
  private final CellLog log;

  private final Map<SweepTask, TaskResult> denseResults = new HashMap<>();

  ModelSweep(
      String name,
      LoadedModel loaded,
      List<SweepTask> tasks,
      VariantFactory variants,
      LatencyProbe probe,
      RowFactory rows,
      CellLog log) {
    this.name = name;
    this.loaded = loaded;
    this.tasks = tasks;
    this.variants = variants;
    this.probe = probe;
    this.rows = rows;
    this.log = log;
  }

  /** Runs the variants, of which the first is the dense model. */
  void run(List<Variant> all) {
    for (Variant variant : all) {
      List<SweepTask> open = openTasks(variant);
      tasks.stream()
          .filter(task -> !open.contains(task))
          .forEach(task -> log.skip(cell(variant, task)));
      boolean neededAsBaseline =
          variant.isDense() && all.stream().anyMatch(v -> !openTasks(v).isEmpty());
      if (!variant.isDense() && variant.dependsOnTask()) {
        open.forEach(task -> runVariant(variant, List.of(task), task));
      } else if (!open.isEmpty() || neededAsBaseline) {
        runVariant(variant, open, null);
      }
    }
  }

  private List<SweepTask> openTasks(Variant variant) {
    return tasks.stream().filter(task -> !log.isDone(cell(variant, task))).toList();
  }

  private Cell cell(Variant variant, SweepTask task) {
    return new Cell(
        name, loaded.revision(), task.name(), task.evaluation().facts().identity(), variant);
  }

  /**
   * Makes a variant and runs it on its open tasks; the dense model, where none is open, for its
   * scores only.
   *
   * @param only the task that it is made for; null if it is the same for all
   */
  private void runVariant(Variant variant, List<SweepTask> open, SweepTask only) {
    Instant startedAt = Instant.now();
    String work = name + " " + variant.describe() + (only == null ? "" : " for " + only.name());
    log.working(work);
    SweepTask owner = only == null && tasks.size() == 1 ? tasks.get(0) : only;
    try (CompressedModel compressed =
        variants.make(variant, owner, far -> log.working(work + ": " + far))) {
      // As a mere baseline the dense model is scored; it is timed in turns with each variant.
      Timing timing = open.isEmpty() ? null : probe.measure(loaded.model(), compressed.model());
      for (SweepTask task : variant.isDense() ? tasks : open) {
        runTask(variant, task, compressed, timing, startedAt, open.contains(task));
      }
    } catch (RuntimeException | OutOfMemoryError failure) {
      List<Cell> failed = new ArrayList<>();
      open.forEach(task -> failed.add(cell(variant, task)));
      failed.removeIf(log::isDone);
      failed.forEach(cell -> fail(cell, startedAt, failure));
    }
  }

  private void runTask(
      Variant variant,
      SweepTask task,
      CompressedModel compressed,
      Timing timing,
      Instant startedAt,
      boolean wanted) {
    Cell cell = cell(variant, task);
    try {
      log.working(cell.describe());
      TaskResult result = TaskResult.of(task.evaluation(), compressed.model());
      if (variant.isDense()) {
        denseResults.put(task, result);
      }
      TaskResult dense = denseResults.get(task);
      if (dense == null) {
        throw new IllegalStateException("the dense model could not be evaluated on " + cell.task());
      }
      if (wanted) {
        RunRow.Builder identity = rows.identity(cell, log.id(cell), startedAt);
        Model model = loaded.model();
        RunRow row =
            rows.finished(
                identity,
                variant,
                task.evaluation().facts(),
                model,
                compressed,
                dense,
                result,
                timing,
                loaded.loadSeconds());
        List<LayerRow> layers = rows.layers(log.id(cell), compressed);
        log.write(cell, row, layers);
      }
    } catch (RuntimeException | OutOfMemoryError failure) {
      if (wanted) {
        fail(cell, startedAt, failure);
      }
    }
  }

  private void fail(Cell cell, Instant startedAt, Throwable failure) {
    log.write(
        cell, RowFactory.failed(rows.identity(cell, log.id(cell), startedAt), failure), List.of());
  }
}
