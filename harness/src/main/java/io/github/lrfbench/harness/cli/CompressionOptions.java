package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.MomentsByBlock;
import io.github.lrfbench.harness.compress.CompressionJob;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.SlotSelection;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.source.DataSource;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.harness.source.Task;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say how a model is compressed; only a sweep takes several values of one. */
@OptionTopic.Of(OptionTopic.COMPRESSION)
final class CompressionOptions {
  private static final long HELD_MOMENTS = 2L << 30;

  @Option(
      names = "--method",
      paramLabel = "M",
      split = ",",
      defaultValue = "svd",
      description =
          "NAME[:OPTION=VALUE]..., or stages in a chain, A+B, see 'lrfbench list methods'. Default: ${DEFAULT-VALUE}. Repeatable in a sweep.")
  List<String> methods = new ArrayList<>();

  @Mixin GridOptions grid;

  @Mixin AllocationOptions allocation;

  @Mixin MatrixOptions matrices;

  @Mixin CalibrationOptions calibration;

  @Option(
      names = "--layers",
      paramLabel = "GLOB",
      description = "Compress only matrices of these names. Repeatable.")
  List<String> layers = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      split = ",",
      defaultValue = "0",
      description =
          "Of everything random: chosen examples, their order, drawn weights, dropout. Default: ${DEFAULT-VALUE}. Repeatable in a sweep.")
  List<Long> seeds = new ArrayList<>();

  /**
   * The one seed of a command.
   *
   * @throws InputException if there are several
   */
  long seed(String command) {
    return one(command, "--seed", seeds);
  }

  /**
   * The one job of a command; null where no budget is given.
   *
   * @throws InputException if there are several, or the options do not go together
   */
  CompressionJob job(String command) {
    List<Budget> budgets = grid.budgets();
    if (budgets.size() > 1) {
      throw new InputException(
          command + " takes one of --keep, --bits, --rank and --energy, with one value");
    }
    Allocation allocated = one(command, "--allocate and --round-to", allocation.allocations());
    String method = one(command, "--method", methods);
    calibration.requireValid();
    if (budgets.isEmpty()) {
      if (!allocated.isStandard()) {
        throw new InputException(
            "--allocate and --round-to share a budget out: give --keep, --bits, --rank or --energy");
      }
      return null;
    }
    MethodChain asked = MethodChain.parse(method);
    asked.check(budgets.get(0), allocated);
    return new CompressionJob(asked, budgets.get(0), allocated, seed(command));
  }

  /**
   * Does a job.
   *
   * @param statistics are asked for where they are needed
   * @param scope owns the replacements
   */
  Compression compress(
      CompressionJob job,
      Model model,
      Supplier<Calibrator> statistics,
      Scope scope,
      Consumer<String> progress) {
    List<LinearSlot> slots = SlotSelection.select(model.slots(), layers);
    try (FactorizationCache cache = new FactorizationCache(model.device());
        Calibrator calibrator = job.needsCalibration() ? statistics.get() : null) {
      return job.run(model, slots, calibrator, cache, scope, progress);
    }
  }

  /** The same for a model that is not needed any more: layer by layer, where that is possible. */
  Compression consume(
      CompressionJob job,
      Model model,
      Supplier<Calibrator> statistics,
      Scope scope,
      Consumer<String> progress) {
    List<LinearSlot> slots = SlotSelection.select(model.slots(), layers);
    if (job.goesByMatrix()) {
      return job.consume(model, slots, null, progress);
    }
    // Moments that are held are also kept on disk, for the next time.
    if (job.goesByStatistics(model, slots)
        && MomentsByBlock.bytesOfAll(model, slots) > HELD_MOMENTS) {
      try (Calibrator calibrator = statistics.get()) {
        return job.consume(model, slots, calibrator, progress);
      }
    }
    return compress(job, model, statistics, scope, progress);
  }

  /** Statistics of a loaded model on a task's training examples. */
  Calibrator statistics(LoadedModel loaded, Task task, DataSource source, CompressionJob job) {
    return calibration.open(
        loaded.model(),
        loaded.tokenizer(),
        loaded.revision(),
        task,
        source,
        input -> input.evaluation(loaded, job.seed()),
        job.heldOut(),
        job.seed());
  }

  private static <T> T one(String command, String option, List<T> values) {
    if (values.size() != 1) {
      throw new InputException(command + " takes one " + option);
    }
    return values.get(0);
  }
}
