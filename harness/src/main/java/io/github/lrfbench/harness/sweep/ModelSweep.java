package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.result.OutputException;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.sweep.MemoryNeed.Step;
import io.github.lrfbench.harness.sweep.SweepTimes.Phase;
import io.github.lrfbench.harness.sweep.Turns.Turn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The cells of one loaded model that a worker gets: the dense model on every task, then every
 * variant, compressed and timed once and evaluated on every task. What goes wrong in a cell becomes
 * its row.
 */
final class ModelSweep {
  private final String name;
  private final PreparedModel model;
  private final LoadedModel loaded;
  private final List<SweepTask> tasks;
  private final VariantFactory variants;
  private final LatencyProbe probe;
  private final RowFactory rows;
  private final CellLog log;
  private final FailedCells failed;
  private final MachineWarnings warnings;
  private final CellsBeside beside;
  private final PeerCells peers;
  private final ExitCells exits;
  private final OptimalErrors optimal;
  private final SweepTimes times;
  private final KnownTimings timings;
  private final boolean timesEach;
  private final Map<SweepTask, TaskResult> denseResults = new HashMap<>();

  ModelSweep(
      String name,
      PreparedModel model,
      VariantFactory variants,
      RowFactory rows,
      CellLog log,
      MachineWarnings warnings,
      CellsBeside beside,
      SweepTimes times,
      KnownTimings timings,
      boolean timesEach) {
    this.name = name;
    this.model = model;
    this.loaded = model.loaded();
    this.tasks = model.tasks();
    this.variants = variants;
    this.probe = model.probe();
    this.rows = rows;
    this.log = log;
    this.warnings = warnings;
    this.optimal = new OptimalErrors(loaded.model());
    this.failed = new FailedCells(rows, log);
    this.beside = beside;
    this.times = times;
    this.timings = timings;
    this.timesEach = timesEach;
    this.peers = new PeerCells(beside.peers(), loaded, probe, rows, log, failed);
    this.exits = new ExitCells(beside.exits(), loaded, rows, log, failed);
  }

  /** Runs turns until all are taken or the device is lost. */
  void run(Turns turns) {
    for (Optional<Turn> turn = next(turns); turn.isPresent(); turn = next(turns)) {
      List<SweepTask> open = turn.get().tasks().stream().map(tasks::get).toList();
      runVariant(turn.get().variant(), open, turn.get().forTask() ? open.get(0) : null);
    }
  }

  private Optional<Turn> next(Turns turns) {
    return loaded.model().device().isLost() ? Optional.empty() : turns.next(this::openTasks);
  }

  /** Writes the rows of turns that no device is left for. */
  void fail(Turns turns, RuntimeException failure) {
    Instant startedAt = Instant.now();
    for (Optional<Turn> turn = turns.next(this::openTasks);
        turn.isPresent();
        turn = turns.next(this::openTasks)) {
      Variant variant = turn.get().variant();
      for (int task : turn.get().tasks()) {
        failOpen(
            cell(variant, tasks.get(task)), cell -> failed.failToFit(cell, startedAt, failure));
      }
    }
  }

  /** The numbers of the tasks to run a variant on, itself or a cell beside it. */
  private List<Integer> openTasks(Variant variant) {
    List<Integer> open = new ArrayList<>();
    for (int task = 0; task < tasks.size(); task++) {
      Cell cell = cell(variant, tasks.get(task));
      boolean done = log.isDone(cell);
      if (done) {
        log.skip(cell);
      } else if (failed.isRefused(cell)) {
        beside.of(cell).forEach(log::skip);
        continue;
      }
      if (areOpenBeside(cell) || !done) {
        open.add(task);
      }
    }
    return open;
  }

  /** Whether one beside a cell is to be run; the listener is told of those that are done. */
  private boolean areOpenBeside(Cell own) {
    boolean open = false;
    for (Cell cell : beside.of(own)) {
      if (log.isDone(cell)) {
        log.skip(cell);
      } else {
        open = true;
      }
    }
    return open;
  }

  private Cell cell(Variant variant, SweepTask task) {
    return model.cell(name, variant, task);
  }

  /**
   * Makes a variant, times it and scores it on its open tasks.
   *
   * @param only the task that it is made for; null if it is the same for all
   */
  private void runVariant(Variant variant, List<SweepTask> open, SweepTask only) {
    Instant startedAt = Instant.now();
    String work = name + " " + variant.describe() + (only == null ? "" : " for " + only.name());
    log.working(work);
    Step step = Step.COMPRESS;
    try (CompressedModel compressed =
        variants.make(variant, only, far -> log.working(work + ": " + far))) {
      times.add(compressed.seconds());
      List<SweepTask> own = open.stream().filter(task -> !log.isDone(cell(variant, task))).toList();
      if (!own.isEmpty()) {
        Optional<TaskResult> early =
            variant.isDense() ? scoreEarly(own.get(0), compressed) : Optional.empty();
        step = Step.TIME;
        Optional<KnownTimings.Key> key =
            timesEach ? Optional.empty() : probe.key(loaded.model(), compressed.model());
        Timing timing = key.flatMap(timings::find).orElseGet(() -> measure(compressed));
        step = Step.EVALUATE;
        for (SweepTask task : own) {
          Optional<TaskResult> known = task == own.get(0) ? early : Optional.empty();
          if (runTask(variant, task, compressed, known, timing, startedAt)) {
            key.ifPresent(same -> timings.keep(same, timing, log.id(cell(variant, task))));
          }
        }
      }
      times.time(Phase.BESIDE, () -> runBeside(variant, open, compressed));
    } catch (OutputException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError failure) {
      Step failing = step;
      for (SweepTask task : open) {
        failOpen(cell(variant, task), cell -> failed.fail(cell, startedAt, failing, failure));
      }
    }
  }

  /**
   * Scores the first model before it is timed: the JVM compiles meanwhile what the timing would
   * wait for. What fails is left to fail in its turn.
   */
  private Optional<TaskResult> scoreEarly(SweepTask task, CompressedModel compressed) {
    try {
      return Optional.of(score(task, compressed));
    } catch (RuntimeException | OutOfMemoryError failure) {
      return Optional.empty();
    }
  }

  private TaskResult score(SweepTask task, CompressedModel compressed) {
    return times.time(
        Phase.EVALUATE,
        () -> TaskResult.of(task.evaluation(), compressed.model(), task.keepsPredictions()));
  }

  private Timing measure(CompressedModel compressed) {
    Timing timing =
        times.time(Phase.MEASURE, () -> probe.measure(loaded.model(), compressed.model()));
    warnings.tell(timing.conditions().machine(), loaded.model().device().id(), log::note);
    return timing;
  }

  private void runBeside(Variant variant, List<SweepTask> open, CompressedModel compressed) {
    peers.run(open.stream().map(task -> cell(variant, task)).toList(), compressed);
    for (SweepTask task : open) {
      exits.run(cell(variant, task), task, compressed, () -> denseResult(task));
    }
  }

  /** Fails a cell and those beside it, as far as they are not done. */
  private void failOpen(Cell own, Consumer<Cell> fail) {
    Stream.concat(Stream.of(own), beside.of(own).stream())
        .filter(cell -> !log.isDone(cell))
        .forEach(fail);
  }

  /**
   * Scores a variant on a task and writes its row.
   *
   * @param early its result, where it was scored already
   * @return whether the row has a result
   */
  private boolean runTask(
      Variant variant,
      SweepTask task,
      CompressedModel compressed,
      Optional<TaskResult> early,
      Timing timing,
      Instant startedAt) {
    Cell cell = cell(variant, task);
    try {
      log.working(cell.describe());
      TaskResult result = early.orElseGet(() -> score(task, compressed));
      if (variant.isDense()) {
        denseResults.put(task, result);
        task.evaluation().notes(result.score()).forEach(log::note);
      }
      TaskResult dense = times.time(Phase.EVALUATE, () -> denseResult(task));
      RunRow row =
          rows.finished(
              rows.identity(cell, log.id(cell), startedAt),
              variant,
              task.evaluation().facts(),
              loaded.model(),
              compressed,
              dense,
              result,
              timing,
              loaded.loadSeconds());
      Map<String, Double> smallest =
          times.time(Phase.DECOMPOSE, () -> optimal.of(compressed.layers()));
      times.time(
          Phase.WRITE,
          () ->
              log.write(
                  cell,
                  row,
                  rows.layers(log.id(cell), compressed, smallest),
                  rows.samples(log.id(cell), timing.rounds(), Timing.SUBJECTS),
                  result.predictions()));
      return true;
    } catch (OutputException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError failure) {
      failed.fail(cell, startedAt, Step.EVALUATE, failure);
      return false;
    }
  }

  /** The dense model's score, which an earlier call may have left out of this process. */
  private TaskResult denseResult(SweepTask task) {
    return denseResults.computeIfAbsent(
        task, scored -> TaskResult.of(scored.evaluation(), loaded.model(), false));
  }
}
