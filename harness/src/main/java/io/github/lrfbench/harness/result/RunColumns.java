package io.github.lrfbench.harness.result;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The columns of {@code runs.csv}, one row per cell, the dense model included: their order, and
 * those that say which cell it is.
 */
public final class RunColumns {
  public static final Column<Long> SCHEMA = Column.SCHEMA;

  public static final Column<String> RUN_ID =
      Column.text(
          "run_id",
          "The run (one call of the command) that made the row; also the name of its folder "
              + "by default.");

  public static final Column<String> CELL_ID =
      Column.text(
          "cell_id",
          "The cell of the grid: a hash of everything that determines the result, the same "
              + "on every machine and in every order.");

  public static final Column<Instant> STARTED_AT =
      Column.time("started_at", "When work on the cell began.");

  public static final Column<String> STATUS =
      Column.text(
          "status",
          "ok; failed; or skipped where it takes no less memory than a cell that ran out of it.");

  public static final Column<String> ERROR =
      Column.text("error", "Why the cell failed or was skipped, in one line.");

  public static final Column<String> MODEL =
      Column.text(
          "model", "The model as it was asked for: a directory, hf:owner/name or demo:name.");

  public static final Column<String> MODEL_REVISION =
      Column.text(
          "model_revision",
          "What pins the weights: the commit of a hub model, else a hash of the files.");

  public static final Column<String> ARCHITECTURE =
      Column.text(
          "architecture",
          "The architecture in config.json, such as bert, roberta, distilbert, gpt2.");

  public static final Column<String> TASK = Column.text("task", "The task's name.");

  public static final Column<String> SPLIT =
      Column.text("split", "The part of the task's data that was evaluated, such as dev.");

  public static final Column<Long> EXAMPLES =
      Column.integer(
          "examples",
          "",
          "Number of evaluated examples; below the size of the split if --limit was given.");

  public static final Column<String> DATA_HASH =
      Column.text("data_hash", "Hash of the evaluated examples.");

  public static final Column<String> METHOD =
      Column.text(
          "method",
          "The compression method, with those options that differ from the standard; dense is the"
              + " unchanged model.");

  public static final Column<String> METHOD_PARAMS =
      Column.text(
          "method_params", "The method's parameters as name=value, separated by semicolons.");

  public static final Column<String> BUDGET_KIND =
      Column.text("budget_kind", "What the budget counts: keep, bits, rank or energy.");

  public static final Column<Double> BUDGET =
      Column.number(
          "budget",
          "",
          "The budget: kept fraction of the parameters of the compressed matrices, stored bits "
              + "per number of the original ones, rank, or kept fraction of the energy, which "
              + "energy_of tells.");

  public static final Column<Long> RANK_MIN =
      Column.integer("rank_min", "", "Smallest rank of the compressed matrices.");

  public static final Column<Double> RANK_MEAN =
      Column.number("rank_mean", "", "Mean rank of the compressed matrices.");

  public static final Column<Long> RANK_MAX =
      Column.integer("rank_max", "", "Largest rank of the compressed matrices.");

  public static final Column<String> SVD_ALGORITHM =
      Column.text(
          "svd_algorithm",
          "The algorithm of the factorizations: exact, gram, randomized, jacobi; several "
              + "are joined by plus.");

  public static final Column<Long> SEED =
      Column.integer("seed", "", "Seed of everything random in the cell.");

  public static final Column<Map<String, Object>> EXTRA =
      Column.json(
          "extra",
          "Whatever else is known about the cell. expanded in it: how many matrices were faster"
              + " multiplied out than in their forms when calls were timed (expanded_throughput:"
              + " the calls of throughput_eps). fallbacks: how often a fast routine of the GPU's"
              + " libraries did not do while the model was compressed, by the slower one that took"
              + " its place (gesvd, geqrf). measure_seconds: how long the model was timed, warm-up"
              + " included. packed: false where the weights of this model and the dense one beside"
              + " it would take too much memory packed for the processor's products, so that both"
              + " were timed with weights as they lie. timed_with: the cell whose times these are, of"
              + " a model with the same forms and sizes in every place.");

  public static final Column<String> TRAIN_HASH =
      Column.text(
          "train_hash",
          "Hash of the training examples that the cell reads for statistics, to choose by or to "
              + "train on; empty if it reads none.");

  public static final Column<Long> CALIBRATION_EXAMPLES =
      Column.integer(
          "calibration_examples",
          "",
          "Training examples that the cell's statistics were collected on; empty if there are "
              + "none, and of svd-head, whose method_params tell.");

  public static final Column<Long> HELDOUT_EXAMPLES =
      Column.integer(
          "heldout_examples",
          "",
          "Training examples, none of those above, whose loss the method or the allocation "
              + "chose by; empty if it chose by none.");

  public static final Column<String> ENERGY_OF =
      Column.text(
          "energy_of",
          "Of what an energy budget is the kept fraction: own, the squared singular values in "
              + "the method's own metric, which for svd alone are of the weights; weights, the "
              + "squared Frobenius norm of each matrix; outputs, that of its outputs on "
              + "calibration data. Empty for other budgets; empty in rows of schemas below 3 "
              + "means own.");

  public static final Column<String> ALLOCATE =
      Column.text(
          "allocate",
          "How the budget was shared out among matrices (--allocate): uniform, greedy, ...; empty "
              + "for the dense model.");

  public static final Column<Long> ROUND_TO =
      Column.integer(
          "round_to",
          "",
          "What ranks are multiples of (--round-to), 1 for any rank; empty for the dense model.");

  public static final Column<Long> FINETUNE_EPOCHS =
      Column.integer(
          "finetune_epochs",
          "",
          "Epochs of training after compression, 0 for none; empty for the dense model. Training "
              + "that is a stage of the method is told there.");

  public static final Column<Double> FINETUNE_LR =
      Column.number("finetune_lr", "", "Largest learning rate of that training; empty without it.");

  public static final Column<Double> DISTILL =
      Column.number(
          "distill",
          "",
          "How much the dense model's outputs count as targets of that training, from 0 to 1; "
              + "empty without it. How much its hidden states and attentions do is told by "
              + "method_params.");

  public static final Column<String> LABEL =
      Column.text(
          "label",
          "The row's name for people: the method, and of all that the result depends on what "
              + "differs from the standard, such as allocation, rounding, fine-tuning, "
              + "calibration and layers; but not model, task, budget, seed, data and machine. "
              + "Rows that differ in these alone have the same.");

  public static final Column<String> RUNTIME =
      Column.text(
          "runtime",
          "What ran the timed calls: lrfbench, or the peer that --peer names, with its version. A "
              + "peer's row is of a cell beside ours: it runs our model of the same cell, which "
              + "took turns with it, and has no metrics. Empty in rows of schemas below 4, which "
              + "are lrfbench's.");

  /** The table: every column in the order of the file. New ones go to the end. */
  public static final TableSchema TABLE =
      new TableSchema(
          "runs.csv",
          6,
          List.of(
              SCHEMA,
              RUN_ID,
              CELL_ID,
              STARTED_AT,
              STATUS,
              ERROR,
              MODEL,
              MODEL_REVISION,
              ARCHITECTURE,
              TASK,
              SPLIT,
              EXAMPLES,
              DATA_HASH,
              METHOD,
              METHOD_PARAMS,
              BUDGET_KIND,
              BUDGET,
              RANK_MIN,
              RANK_MEAN,
              RANK_MAX,
              SVD_ALGORITHM,
              SEED,
              MachineColumns.DEVICE,
              MachineColumns.DEVICE_NAME,
              MachineColumns.DTYPE,
              MachineColumns.THREADS,
              ScoreColumns.METRIC_NAME,
              ScoreColumns.METRIC,
              ScoreColumns.METRIC_STDERR,
              ScoreColumns.ACCURACY,
              ScoreColumns.F1,
              ScoreColumns.MCC,
              ScoreColumns.PEARSON,
              ScoreColumns.SPEARMAN,
              ScoreColumns.PERPLEXITY,
              ScoreColumns.LOSS,
              ScoreColumns.METRIC_DENSE,
              ScoreColumns.METRIC_DROP,
              SizeColumns.PARAMS_DENSE,
              SizeColumns.PARAMS,
              SizeColumns.PARAMS_RATIO,
              SizeColumns.LINEAR_PARAMS_DENSE,
              SizeColumns.LINEAR_PARAMS,
              SizeColumns.LINEAR_RATIO,
              SizeColumns.BYTES,
              SizeColumns.FLOPS_PER_EXAMPLE,
              SizeColumns.FLOPS_RATIO,
              TimeColumns.BATCH_SIZE,
              TimeColumns.SEQ_LEN,
              TimeColumns.LATENCY_KIND,
              TimeColumns.LATENCY_MS_P50,
              TimeColumns.LATENCY_MS_P90,
              TimeColumns.LATENCY_MS_P99,
              TimeColumns.LATENCY_MS_MEAN,
              TimeColumns.LATENCY_MS_STDEV,
              TimeColumns.LATENCY_RUNS,
              TimeColumns.FIRST_LATENCY_MS,
              TimeColumns.THROUGHPUT_EPS,
              TimeColumns.SPEEDUP,
              TimeColumns.PEAK_MEMORY_BYTES,
              SizeColumns.RELATIVE_ERROR,
              TimeColumns.COMPRESS_SECONDS,
              TimeColumns.CALIBRATE_SECONDS,
              TimeColumns.FINETUNE_SECONDS,
              TimeColumns.EVAL_SECONDS,
              TimeColumns.LOAD_SECONDS,
              MachineColumns.VERSION,
              MachineColumns.GIT_COMMIT,
              MachineColumns.JAVA_VERSION,
              MachineColumns.CUDA_VERSION,
              MachineColumns.DRIVER_VERSION,
              MachineColumns.HOST,
              EXTRA,
              SizeColumns.BYTES_DENSE,
              SizeColumns.BYTES_RATIO,
              SizeColumns.LINEAR_BYTES_DENSE,
              SizeColumns.LINEAR_BYTES,
              SizeColumns.BITS_PER_WEIGHT,
              SizeColumns.FORMS,
              TRAIN_HASH,
              CALIBRATION_EXAMPLES,
              HELDOUT_EXAMPLES,
              SizeColumns.FLOPS_TIMED,
              TimeColumns.THROUGHPUT_BATCH,
              TimeColumns.THROUGHPUT_EPS_DENSE,
              ENERGY_OF,
              ALLOCATE,
              ROUND_TO,
              FINETUNE_EPOCHS,
              FINETUNE_LR,
              DISTILL,
              LABEL,
              TimeColumns.LATENCY_DENSE_MS_P50,
              TimeColumns.SPEEDUP_LOW,
              TimeColumns.SPEEDUP_HIGH,
              TimeColumns.LATENCY_ROUNDS,
              TimeColumns.LATENCY_STOP,
              TimeColumns.ENERGY_J_PER_EXAMPLE,
              TimeColumns.ENERGY_J_PER_EXAMPLE_DENSE,
              TimeColumns.ENERGY_SOURCE,
              MachineColumns.DEVICE_MEMORY_BYTES,
              MachineColumns.LOAD_AVERAGE,
              MachineColumns.CLOCK_MHZ,
              MachineColumns.THROTTLED,
              MachineColumns.FOREIGN_PROCESSES,
              RUNTIME,
              ExitColumns.EXIT,
              ExitColumns.EXIT_TRAINING,
              ExitColumns.EXIT_LAYER_MEAN,
              ExitColumns.EXIT_SHARES,
              ExitColumns.EXIT_FLOPS_PER_EXAMPLE,
              ExitColumns.EXIT_SPEEDUP,
              ExitColumns.EXIT_SPEEDUP_LOW,
              ExitColumns.EXIT_SPEEDUP_HIGH,
              MachineColumns.HANDOVER_NS));

  private RunColumns() {}
}
