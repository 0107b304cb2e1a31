package io.github.lrfbench.harness.sweep;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.recover.Recovery;
import io.github.lrfbench.harness.exits.ExitPolicy;
import io.github.lrfbench.harness.measure.RoundRule;
import io.github.lrfbench.harness.model.Precision;
import io.github.lrfbench.harness.model.gpt2.Gpt2Options;
import io.github.lrfbench.harness.source.DataSource;
import io.github.lrfbench.harness.source.TextSource;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a sweep runs. Lists are axes of the grid.
 *
 * @param models as the user names them: a directory, {@code demo:bert}
 * @param tasks names of tasks
 * @param methods names of compression methods; the dense model is always a row
 * @param budgets what each method may keep
 * @param allocations how each budget is shared out
 * @param recoveries training after compression
 * @param calibration the most training examples that statistics are collected on
 * @param seeds of everything random
 * @param layers globs that select matrices; none selects all
 * @param device {@code auto}, {@code cpu}, {@code cuda:1}, or GPUs that share the cells: {@code
 *     cuda:0,cuda:1}
 * @param dtype type of the numbers computed with
 * @param threads host threads, 0 for all processors
 * @param latency what is timed
 * @param batchSize sequences per call in the latency measurement
 * @param seqLen tokens per sequence in the latency measurement; 0 for 128 or what the model allows
 * @param rounds when the latency measurement ends
 * @param timesEach whether models of the same shape are timed each for itself
 * @param maxLength sequences of the evaluation are truncated to this many tokens
 * @param limit first examples of each task to evaluate; 0 for all
 * @param matrices what counts as a matrix of a GPT-2
 * @param glue directory of the GLUE data, or null
 * @param texts what language models are evaluated on and learn from
 * @param out directory for the results
 * @param predictions of which cells the predictions are written
 * @param peers other runtimes that each model is timed in beside ours
 * @param exits when passes of cells beside ours stop early
 */
public record SweepConfig(
    List<String> models,
    List<String> tasks,
    List<String> methods,
    List<Budget> budgets,
    List<Allocation> allocations,
    List<Recovery> recoveries,
    int calibration,
    List<Long> seeds,
    List<String> layers,
    String device,
    String dtype,
    int threads,
    LatencyKind latency,
    int batchSize,
    int seqLen,
    RoundRule rounds,
    boolean timesEach,
    int maxLength,
    int limit,
    Gpt2Options matrices,
    Path glue,
    TextSource texts,
    Path out,
    KeptPredictions predictions,
    List<String> peers,
    List<ExitPolicy> exits) {

  /** Copies the lists and checks the numbers. */
  public SweepConfig {
    models = List.copyOf(models);
    tasks = List.copyOf(tasks);
    methods = List.copyOf(methods);
    budgets = List.copyOf(budgets);
    allocations = List.copyOf(allocations);
    recoveries = List.copyOf(recoveries);
    seeds = List.copyOf(seeds);
    layers = List.copyOf(layers);
    peers = peers.stream().distinct().toList();
    exits = exits.stream().distinct().toList();
    require(calibration >= 1, "--calibration must be at least 1, but is " + calibration);
    require(batchSize >= 1, "--batch-size must be at least 1, but is " + batchSize);
    require(seqLen >= 0, "--seq-len must be at least 1, but is " + seqLen);
    require(maxLength >= 2, "--max-length must be at least 2, but is " + maxLength);
    require(limit >= 0, "--limit must be at least 1, but is " + limit);
  }

  /** The same sweep of one model on one task, into another directory. */
  public SweepConfig only(String model, String task, Path directory) {
    return only(model, List.of(task), directory);
  }

  /** The same sweep of one model, into another directory. */
  SweepConfig only(String model, List<String> some, Path directory) {
    return new SweepConfig(
        List.of(model),
        some,
        methods,
        budgets,
        allocations,
        recoveries,
        calibration,
        seeds,
        layers,
        device,
        dtype,
        threads,
        latency,
        batchSize,
        seqLen,
        rounds,
        timesEach,
        maxLength,
        limit,
        matrices,
        glue,
        texts,
        directory,
        predictions,
        peers,
        exits);
  }

  /** The devices that share the cells, by their ids. */
  public List<String> devices() {
    return List.of(device.split(","));
  }

  /** How many cells the grid has, at the most; what goes beyond a long is its largest number. */
  public long cells() {
    long variants = 1;
    for (List<?> axis : List.of(seeds, methods, budgets, allocations, recoveries)) {
      variants = product(variants, axis.size());
    }
    // The dense model is a cell too.
    long all = variants == Long.MAX_VALUE ? variants : variants + 1;
    return product(
        product(product(all, models.size()), tasks.size()), 1L + peers.size() + exits.size());
  }

  private static long product(long a, long b) {
    return Math.multiplyHigh(a, b) == 0 && a * b >= 0 ? a * b : Long.MAX_VALUE;
  }

  /** The type of the model's numbers on a device that was opened for them. */
  DType storage(Device device) {
    return Precision.parse(dtype).storage(device);
  }

  /** Where the data is. */
  DataSource source(Path cache) {
    return new DataSource(glue, texts, cache, maxLength);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new InputException(message);
    }
  }
}
