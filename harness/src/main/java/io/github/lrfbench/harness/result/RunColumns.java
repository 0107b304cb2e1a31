package io.github.lrfbench.harness.result;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The columns of {@code runs.csv}: one row per cell, the dense model included. New ones go to the
 * end.
 */
public final class RunColumns {
  private static final List<Column<?>> COLUMNS = new ArrayList<>();

  public static final Column<Long> SCHEMA = add(Column.SCHEMA);

  public static final Column<String> RUN_ID =
      add(
          Column.text(
              "run_id",
              "The run (one call of the command) that made the row; also the name of its folder "
                  + "by default."));

  public static final Column<String> CELL_ID =
      add(
          Column.text(
              "cell_id",
              "The cell of the grid: a hash of everything that determines the result, the same "
                  + "on every machine and in every order."));

  public static final Column<Instant> STARTED_AT =
      add(Column.time("started_at", "When work on the cell began."));

  public static final Column<String> STATUS =
      add(
          Column.text(
              "status",
              "ok; failed; or skipped where it takes no less memory than a cell that ran out of it."));

  public static final Column<String> ERROR =
      add(Column.text("error", "Why the cell failed or was skipped, in one line."));

  public static final Column<String> MODEL =
      add(
          Column.text(
              "model", "The model as it was asked for: a directory, hf:owner/name or demo:name."));

  public static final Column<String> MODEL_REVISION =
      add(
          Column.text(
              "model_revision",
              "What pins the weights: the commit of a hub model, else a hash of the files."));

  public static final Column<String> ARCHITECTURE =
      add(
          Column.text(
              "architecture",
              "The architecture in config.json, such as bert, roberta, distilbert, gpt2."));

  public static final Column<String> TASK = add(Column.text("task", "The task's name."));

  public static final Column<String> SPLIT =
      add(Column.text("split", "The part of the task's data that was evaluated, such as dev."));

  public static final Column<Long> EXAMPLES =
      add(
          Column.integer(
              "examples",
              "",
              "Number of evaluated examples; below the size of the split if --limit was given."));

  public static final Column<String> DATA_HASH =
      add(Column.text("data_hash", "Hash of the evaluated examples."));

  public static final Column<String> METHOD =
      add(
          Column.text(
              "method",
              "The compression method, with those options that differ from the standard; dense is the unchanged model."));

  public static final Column<String> METHOD_PARAMS =
      add(
          Column.text(
              "method_params", "The method's parameters as name=value, separated by semicolons."));

  public static final Column<String> BUDGET_KIND =
      add(Column.text("budget_kind", "What the budget counts: keep, bits, rank or energy."));

  public static final Column<Double> BUDGET =
      add(
          Column.number(
              "budget",
              "",
              "The budget: kept fraction of the parameters of the compressed matrices, stored bits "
                  + "per number of the original ones, rank, or kept fraction of the energy, which "
                  + "energy_of tells."));

  public static final Column<Long> RANK_MIN =
      add(Column.integer("rank_min", "", "Smallest rank of the compressed matrices."));

  public static final Column<Double> RANK_MEAN =
      add(Column.number("rank_mean", "", "Mean rank of the compressed matrices."));

  public static final Column<Long> RANK_MAX =
      add(Column.integer("rank_max", "", "Largest rank of the compressed matrices."));

  public static final Column<String> SVD_ALGORITHM =
      add(
          Column.text(
              "svd_algorithm",
              "The algorithm of the factorizations: exact, gram, randomized, jacobi; several "
                  + "are joined by plus."));

  public static final Column<Long> SEED =
      add(Column.integer("seed", "", "Seed of everything random in the cell."));

  public static final Column<String> DEVICE =
      add(Column.text("device", "The device as it is named on the command line."));

  public static final Column<String> DEVICE_NAME =
      add(Column.text("device_name", "The device as its maker names it."));

  public static final Column<String> DTYPE =
      add(Column.text("dtype", "Type of the numbers computed with: fp32, tf32, fp16, bf16."));

  public static final Column<Long> THREADS =
      add(Column.integer("threads", "", "Host threads used by kernels."));

  public static final Column<String> METRIC_NAME =
      add(
          Column.text(
              "metric_name",
              "Which metric the task is scored by; two that are averaged are joined by an "
                  + "underscore."));

  public static final Column<Double> METRIC =
      add(
          Column.number(
              "metric", "", "The task's score; higher is better except for perplexity and loss."));

  public static final Column<Double> METRIC_STDERR =
      add(
          Column.number(
              "metric_stderr",
              "",
              "Bootstrap standard error of metric over examples: its standard deviation over 1000 resamples. Of"
                  + " perplexity an example is a run of windows that scores a whole context. Empty for BLEU, and for"
                  + " fewer than two examples."));

  public static final Column<Double> ACCURACY =
      add(Column.number("accuracy", "", "Fraction of correct predictions."));

  public static final Column<Double> F1 = add(Column.number("f1", "", "F1 of the positive class."));

  public static final Column<Double> MCC =
      add(Column.number("mcc", "", "Matthews correlation coefficient."));

  public static final Column<Double> PEARSON =
      add(Column.number("pearson", "", "Pearson correlation of scores."));

  public static final Column<Double> SPEARMAN =
      add(Column.number("spearman", "", "Spearman rank correlation of scores."));

  public static final Column<Double> PERPLEXITY =
      add(
          Column.number(
              "perplexity", "", "Exponential of the mean negative log likelihood of a token."));

  public static final Column<Double> LOSS =
      add(Column.number("loss", "nat", "Mean loss of an example, or of a token for lm."));

  public static final Column<Double> METRIC_DENSE =
      add(
          Column.number(
              "metric_dense", "", "metric of the dense model, measured in the same process."));

  public static final Column<Double> METRIC_DROP =
      add(
          Column.number(
              "metric_drop",
              "",
              "metric_dense minus metric; for perplexity and loss, metric minus metric_dense. "
                  + "Positive is worse."));

  public static final Column<Long> PARAMS_DENSE =
      add(
          Column.integer(
              "params_dense",
              "",
              "Parameters of the model as it was given, shared ones counted once."));

  public static final Column<Long> PARAMS =
      add(
          Column.integer(
              "params",
              "",
              "Parameters of the model, shared ones counted once; what --untie-head has changed is "
                  + "no longer shared."));

  public static final Column<Double> PARAMS_RATIO =
      add(Column.number("params_ratio", "", "params / params_dense."));

  public static final Column<Long> LINEAR_PARAMS_DENSE =
      add(
          Column.integer(
              "linear_params_dense",
              "",
              "Parameters of the selected matrices before compression, biases not counted."));

  public static final Column<Long> LINEAR_PARAMS =
      add(
          Column.integer(
              "linear_params",
              "",
              "Parameters of the selected matrices after compression, biases not counted."));

  public static final Column<Double> LINEAR_RATIO =
      add(
          Column.number(
              "linear_ratio",
              "",
              "linear_params / linear_params_dense: the kept fraction that was reached."));

  public static final Column<Long> BYTES =
      add(Column.integer("bytes", "B", "Size of the stored weights in dtype."));

  public static final Column<Long> FLOPS_PER_EXAMPLE =
      add(
          Column.integer(
              "flops_per_example",
              "FLOP",
              "Floating-point operations of a whole pass over one sequence of seq_len tokens: all "
                  + "blocks for all tokens, of a language model the logits of all, else the head "
                  + "once. Products with matrices, and in attentions of tokens that see each other; "
                  + "a multiply-add counts two."));

  public static final Column<Double> FLOPS_RATIO =
      add(Column.number("flops_ratio", "", "flops_per_example / that of the dense model."));

  public static final Column<Long> BATCH_SIZE =
      add(Column.integer("batch_size", "", "Sequences per call in the latency measurement."));

  public static final Column<Long> SEQ_LEN =
      add(Column.integer("seq_len", "token", "Tokens per sequence in the latency measurement."));

  public static final Column<String> LATENCY_KIND =
      add(Column.text("latency_kind", "What was timed: forward, prefill or decode."));

  public static final Column<Double> LATENCY_MS_P50 =
      add(Column.number("latency_ms_p50", "ms", "Median time of a call."));

  public static final Column<Double> LATENCY_MS_P90 =
      add(Column.number("latency_ms_p90", "ms", "90th percentile of the time of a call."));

  public static final Column<Double> LATENCY_MS_P99 =
      add(Column.number("latency_ms_p99", "ms", "99th percentile of the time of a call."));

  public static final Column<Double> LATENCY_MS_MEAN =
      add(Column.number("latency_ms_mean", "ms", "Mean time of a call."));

  public static final Column<Double> LATENCY_MS_STDEV =
      add(Column.number("latency_ms_stdev", "ms", "Standard deviation of the time of a call."));

  public static final Column<Long> LATENCY_RUNS =
      add(Column.integer("latency_runs", "", "Timed calls, warm-up not counted."));

  public static final Column<Double> FIRST_LATENCY_MS =
      add(
          Column.number(
              "first_latency_ms", "ms", "Time of the very first call, before any warm-up."));

  public static final Column<Double> THROUGHPUT_EPS =
      add(
          Column.number(
              "throughput_eps",
              "1/s",
              "Sequences per second in calls like the timed ones but of throughput_batch sequences: "
                  + "that number / the median time of a call."));

  public static final Column<Double> SPEEDUP =
      add(
          Column.number(
              "speedup",
              "",
              "Median time of the dense model / latency_ms_p50, their calls interleaved in the "
                  + "same process."));

  public static final Column<Long> PEAK_MEMORY_BYTES =
      add(
          Column.integer(
              "peak_memory_bytes",
              "B",
              "Most memory held by tensors on the device while the cell was evaluated and "
                  + "timed."));

  public static final Column<Double> RELATIVE_ERROR =
      add(
          Column.number(
              "relative_error",
              "",
              "Frobenius norm of the change of all selected matrices / their Frobenius norm."));

  public static final Column<Double> COMPRESS_SECONDS =
      add(
          Column.number(
              "compress_seconds",
              "s",
              "Time to compress, factorizations shared with other cells counted where they were "
                  + "computed."));

  public static final Column<Double> CALIBRATE_SECONDS =
      add(Column.number("calibrate_seconds", "s", "Time to gather calibration statistics."));

  public static final Column<Double> FINETUNE_SECONDS =
      add(Column.number("finetune_seconds", "s", "Time to fine-tune after compression."));

  public static final Column<Double> EVAL_SECONDS =
      add(Column.number("eval_seconds", "s", "Time to evaluate the task."));

  public static final Column<Double> LOAD_SECONDS =
      add(Column.number("load_seconds", "s", "Time to load the model."));

  public static final Column<String> VERSION = add(Column.text("version", "Version of LRF-Bench."));

  public static final Column<String> GIT_COMMIT =
      add(
          Column.text(
              "git_commit", "Commit of LRF-Bench; -dirty is appended if files differed from it."));

  public static final Column<String> JAVA_VERSION =
      add(Column.text("java_version", "Version of the Java runtime."));

  public static final Column<String> CUDA_VERSION =
      add(Column.text("cuda_version", "Version of the CUDA libraries."));

  public static final Column<String> DRIVER_VERSION =
      add(Column.text("driver_version", "Version of the GPU driver."));

  public static final Column<String> HOST = add(Column.text("host", "Name of the machine."));

  public static final Column<Map<String, Object>> EXTRA =
      add(Column.json("extra", "Whatever else is known about the cell."));

  public static final Column<Long> BYTES_DENSE =
      add(
          Column.integer(
              "bytes_dense",
              "B",
              "Size of the stored weights of the model as it was given, in dtype."));

  public static final Column<Double> BYTES_RATIO =
      add(Column.number("bytes_ratio", "", "bytes / bytes_dense."));

  public static final Column<Long> LINEAR_BYTES_DENSE =
      add(
          Column.integer(
              "linear_bytes_dense",
              "B",
              "Size of the selected matrices before compression, biases not counted."));

  public static final Column<Long> LINEAR_BYTES =
      add(
          Column.integer(
              "linear_bytes",
              "B",
              "Size of the selected matrices after compression, with scales, indices and "
                  + "codebooks; biases not counted."));

  public static final Column<Double> BITS_PER_WEIGHT =
      add(
          Column.number(
              "bits_per_weight",
              "bit",
              "Stored bits of the selected matrices after compression / linear_params_dense."));

  public static final Column<String> FORMS =
      add(
          Column.text(
              "forms",
              "In what forms the selected matrices are stored, and how many in each, the most "
                  + "frequent first: lowrank:64|dense:8."));

  public static final Column<String> TRAIN_HASH =
      add(
          Column.text(
              "train_hash",
              "Hash of the training examples that the cell reads for statistics, to choose by or to "
                  + "train on; empty if it reads none."));

  public static final Column<Long> CALIBRATION_EXAMPLES =
      add(
          Column.integer(
              "calibration_examples",
              "",
              "Training examples that the cell's statistics were collected on; empty if there are "
                  + "none, and of svd-head, whose method_params tell."));

  public static final Column<Long> HELDOUT_EXAMPLES =
      add(
          Column.integer(
              "heldout_examples",
              "",
              "Training examples, none of those above, whose loss the method or the allocation "
                  + "chose by; empty if it chose by none."));

  public static final Column<Long> FLOPS_TIMED =
      add(
          Column.integer(
              "flops_timed",
              "FLOP",
              "Floating-point operations, counted alike, of the call that was timed, for each of its "
                  + "sequences: of a GPT-2 the last block and the head for the last token only; to "
                  + "decode, of one token that sees seq_len."));

  public static final Column<Long> THROUGHPUT_BATCH =
      add(
          Column.integer(
              "throughput_batch", "", "Sequences per call where throughput is measured."));

  public static final Column<Double> THROUGHPUT_EPS_DENSE =
      add(
          Column.number(
              "throughput_eps_dense",
              "1/s",
              "throughput_eps of the dense model, its calls interleaved with the model's own."));

  public static final Column<String> ENERGY_OF =
      add(
          Column.text(
              "energy_of",
              "Of what an energy budget is the kept fraction: own, the squared singular values in "
                  + "the method's own metric, which for svd alone are of the weights; weights, the "
                  + "squared Frobenius norm of each matrix; outputs, that of its outputs on "
                  + "calibration data. Empty for other budgets; empty in rows of schemas below 3 "
                  + "means own."));

  /** The table: every column in the order of the file. */
  public static final TableSchema TABLE = new TableSchema("runs.csv", 3, COLUMNS);

  private RunColumns() {}

  private static <T> Column<T> add(Column<T> column) {
    COLUMNS.add(column);
    return column;
  }
}
