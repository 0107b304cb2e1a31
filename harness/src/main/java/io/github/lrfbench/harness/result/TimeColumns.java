package io.github.lrfbench.harness.result;

/** What was measured of time and memory, and of what calls. Columns of {@code runs.csv}. */
public final class TimeColumns {
  public static final Column<Long> BATCH_SIZE =
      Column.integer("batch_size", "", "Sequences per call in the latency measurement.");

  public static final Column<Long> SEQ_LEN =
      Column.integer("seq_len", "token", "Tokens per sequence in the latency measurement.");

  public static final Column<String> LATENCY_KIND =
      Column.text(
          "latency_kind",
          "What was timed: forward, prefill or decode of random tokens; or inputs, the task's own "
              + "examples, of cells with early exits.");

  public static final Column<Double> LATENCY_MS_P50 =
      Column.number("latency_ms_p50", "ms", "Median time of a call.");

  public static final Column<Double> LATENCY_MS_P90 =
      Column.number("latency_ms_p90", "ms", "90th percentile of the time of a call.");

  public static final Column<Double> LATENCY_MS_P99 =
      Column.number("latency_ms_p99", "ms", "99th percentile of the time of a call.");

  public static final Column<Double> LATENCY_MS_MEAN =
      Column.number("latency_ms_mean", "ms", "Mean time of a call.");

  public static final Column<Double> LATENCY_MS_STDEV =
      Column.number("latency_ms_stdev", "ms", "Standard deviation of the time of a call.");

  public static final Column<Long> LATENCY_RUNS =
      Column.integer("latency_runs", "", "Timed calls, warm-up not counted.");

  public static final Column<Double> FIRST_LATENCY_MS =
      Column.number(
          "first_latency_ms",
          "ms",
          "Time of the very first call, before any warm-up; empty for peers.");

  public static final Column<Double> THROUGHPUT_EPS =
      Column.number(
          "throughput_eps",
          "1/s",
          "Sequences per second in calls like the timed ones but of throughput_batch sequences: "
              + "that number / the median time of a call.");

  public static final Column<Double> SPEEDUP =
      Column.number(
          "speedup",
          "",
          "latency_dense_ms_p50 / latency_ms_p50, the calls of the two models interleaved in the "
              + "same process; 1 for the dense model itself, which is timed alone. In a peer's row (see "
              + "runtime) how many times faster the peer is than our run of the same model. Of "
              + "latency_kind inputs the ratio of the mean times, the dense model's whole passes over "
              + "the same inputs in turns.");

  public static final Column<Long> PEAK_MEMORY_BYTES =
      Column.integer(
          "peak_memory_bytes",
          "B",
          "Most memory held by tensors on the device while the cell was evaluated and " + "timed.");

  public static final Column<Double> COMPRESS_SECONDS =
      Column.number(
          "compress_seconds",
          "s",
          "Time to compress, factorizations shared with other cells counted where they were "
              + "computed.");

  public static final Column<Double> CALIBRATE_SECONDS =
      Column.number("calibrate_seconds", "s", "Time to gather calibration statistics.");

  public static final Column<Double> FINETUNE_SECONDS =
      Column.number("finetune_seconds", "s", "Time to fine-tune after compression.");

  public static final Column<Double> EVAL_SECONDS =
      Column.number("eval_seconds", "s", "Time to evaluate the task.");

  public static final Column<Double> LOAD_SECONDS =
      Column.number("load_seconds", "s", "Time to load the model.");

  public static final Column<Long> THROUGHPUT_BATCH =
      Column.integer("throughput_batch", "", "Sequences per call where throughput is measured.");

  public static final Column<Double> THROUGHPUT_EPS_DENSE =
      Column.number(
          "throughput_eps_dense",
          "1/s",
          "throughput_eps of the dense model, its calls interleaved with the model's own.");

  public static final Column<Double> LATENCY_DENSE_MS_P50 =
      Column.number(
          "latency_dense_ms_p50",
          "ms",
          "Median time of the dense model's calls that took turns with the row's own; of the dense "
              + "model itself latency_ms_p50. It differs from the dense model's row, which was "
              + "timed at another moment. In a peer's row (see runtime) that of our own calls of the same "
              + "model, dense or not; the peer's are timed by its own clock, in its process.");

  public static final Column<Double> SPEEDUP_LOW =
      Column.number(
          "speedup_low",
          "",
          "Lower end of the 95 % interval of speedup, from how much it differs between the rounds "
              + "of this measurement; what differs between runs comes on top. Empty for the dense "
              + "model itself, for a single round and in rows of schemas below 4.");

  public static final Column<Double> SPEEDUP_HIGH =
      Column.number("speedup_high", "", "Upper end of that interval.");

  public static final Column<Long> LATENCY_ROUNDS =
      Column.integer(
          "latency_rounds",
          "",
          "Rounds of the latency measurement: blocks in which the calls of the two models take "
              + "turns.");

  public static final Column<String> LATENCY_STOP =
      Column.text(
          "latency_stop",
          "Why the latency measurement ended: steady, the interval of speedup (of the dense model "
              + "itself, that of its median) reaches no further than --max-noise; time, "
              + "--max-seconds were over before; runs, 1000 calls of each were timed before; "
              + "limit, a minute was over before there were --min-runs calls.");

  public static final Column<Double> ENERGY_J_PER_EXAMPLE =
      Column.number(
          "energy_j_per_example",
          "J",
          "Energy for each sequence in calls of throughput_batch of them, by the counter of "
              + "energy_source: all that the device took meanwhile, at rest and by other "
              + "processes too, and nothing of the rest of the machine. After throughput, in two "
              + "blocks of at least half a second between moments at which the counter moved, or "
              + "of one call that lasts a second. Empty if there is no counter, it cannot be read "
              + "or stands still.");

  public static final Column<Double> ENERGY_J_PER_EXAMPLE_DENSE =
      Column.number(
          "energy_j_per_example_dense",
          "J",
          "energy_j_per_example of the dense model, its blocks in turns with the model's own.");

  public static final Column<String> ENERGY_SOURCE =
      Column.text(
          "energy_source",
          "The counter of energy: nvml, of the GPU with its memory; rapl, of all processor "
              + "packages without the machine's memory. Empty without energy.");

  private TimeColumns() {}
}
