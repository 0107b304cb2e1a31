package io.github.lrfbench.harness.result;

import java.util.ArrayList;
import java.util.List;

/** The columns of what {@code tensor-parallel} finds. New ones go to the end. */
public final class TensorParallelColumns {
  private static final List<Column<?>> COLUMNS = new ArrayList<>();

  public static final Column<Long> SCHEMA = add(Column.SCHEMA);

  public static final Column<String> DEVICE =
      add(
          Column.text(
              "device",
              "The devices as they are named on the command line, separated by +; shards take turns on them."));

  public static final Column<String> DEVICE_NAME =
      add(Column.text("device_name", "The first device as its maker names it."));

  public static final Column<String> DTYPE = add(Column.text("dtype", "Type of the numbers."));

  public static final Column<Long> THREADS =
      add(Column.integer("threads", "", "Host threads of each device."));

  public static final Column<String> MODEL =
      add(Column.text("model", "The model as it is named on the command line."));

  public static final Column<String> METHOD =
      add(Column.text("method", "How it was compressed; empty for the model as it is."));

  public static final Column<String> BUDGET_KIND =
      add(Column.text("budget_kind", "keep, bits, rank or energy; empty for the model as it is."));

  public static final Column<Double> BUDGET =
      add(Column.number("budget", "", "What the budget allows."));

  public static final Column<Long> SHARDS = add(Column.integer("shards", "", "Shards t."));

  public static final Column<String> SPLIT =
      add(
          Column.text(
              "split",
              "How two factors are split: outputs or rank; empty where the model has none."));

  public static final Column<Long> BATCH_SIZE =
      add(Column.integer("batch_size", "", "Sequences in a pass."));

  public static final Column<Long> SEQ_LEN =
      add(Column.integer("seq_len", "tokens", "Tokens of each."));

  public static final Column<Long> TOKENS =
      add(Column.integer("tokens", "tokens", "batch_size x seq_len."));

  public static final Column<Long> RUNS =
      add(Column.integer("runs", "", "Timed passes, without the warm-up."));

  public static final Column<Double> WHOLE_MS =
      add(
          Column.number(
              "whole_ms",
              "ms",
              "Measured: median time of the whole model's pass over all tokens, in turns with the shards'."));

  public static final Column<Double> SHARD_MS_MAX =
      add(
          Column.number(
              "shard_ms_max",
              "ms",
              "Measured: of every shard the median time of its part of a pass, one shard after the other on a device; the largest. Exchanges are none of it."));

  public static final Column<Double> SHARD_MS_MIN =
      add(Column.number("shard_ms_min", "ms", "The smallest of them."));

  public static final Column<Double> LINK_GB_PER_S =
      add(
          Column.number(
              "link_gb_per_s",
              "GB/s",
              "Given: 10^9 bytes a second that a shard of a ring can send."));

  public static final Column<Double> LINK_LATENCY_US =
      add(Column.number("link_latency_us", "us", "Given: latency of each message of a ring."));

  public static final Column<Double> MODELLED_LINK_MS =
      add(
          Column.number(
              "modelled_link_ms",
              "ms",
              "Modelled, not measured: what the exchanges of a forward pass take in a ring, embedding and loss included; bytes sent / link_gb_per_s + messages x link_latency_us."));

  public static final Column<Double> MODELLED_TOTAL_MS =
      add(Column.number("modelled_total_ms", "ms", "shard_ms_max + modelled_link_ms."));

  public static final Column<Double> MODELLED_SPEEDUP =
      add(Column.number("modelled_speedup", "", "whole_ms / modelled_total_ms."));

  public static final Column<Long> ALLREDUCES =
      add(Column.integer("allreduces", "", "All-reduces of the blocks in a forward pass."));

  public static final Column<Long> ALLGATHERS =
      add(Column.integer("allgathers", "", "All-gathers of the blocks in a forward pass."));

  public static final Column<Double> ALLREDUCE_BYTES_PER_TOKEN =
      add(
          Column.number(
              "allreduce_bytes_per_token",
              "bytes",
              "Bytes of the vectors that they reduce, for each token."));

  public static final Column<Double> ALLGATHER_BYTES_PER_TOKEN =
      add(
          Column.number(
              "allgather_bytes_per_token",
              "bytes",
              "Bytes of the vectors that they gather, for each token."));

  public static final Column<Double> SENT_BYTES_PER_TOKEN =
      add(
          Column.number(
              "sent_bytes_per_token",
              "bytes",
              "Bytes that each shard of a ring sends for the two, for each token: 2 (t - 1) / t of what is reduced and (t - 1) / t of what is gathered."));

  public static final Column<Double> ENDS_BYTES_PER_TOKEN =
      add(
          Column.number(
              "ends_bytes_per_token",
              "bytes",
              "Bytes of what is reduced outside of the blocks, for each token: the embedding, and of a language model the loss."));

  public static final Column<Long> BACKWARD_ALLREDUCES =
      add(
          Column.integer(
              "backward_allreduces",
              "",
              "All-reduces of the blocks in a backward pass, which is counted and not run."));

  public static final Column<Double> BACKWARD_ALLREDUCE_BYTES_PER_TOKEN =
      add(
          Column.number(
              "backward_allreduce_bytes_per_token",
              "bytes",
              "Bytes of the vectors that they reduce, for each token."));

  public static final Column<Double> BACKWARD_ALLGATHER_BYTES_PER_TOKEN =
      add(
          Column.number(
              "backward_allgather_bytes_per_token",
              "bytes",
              "Bytes of the vectors that a backward pass gathers, for each token."));

  public static final Column<Long> WHOLE_PARAMETERS =
      add(Column.integer("whole_parameters", "", "Stored numbers of the whole model."));

  public static final Column<Long> SHARD_PARAMETERS =
      add(
          Column.integer(
              "shard_parameters",
              "",
              "Stored numbers of the largest shard, padding of the vocabulary included."));

  public static final Column<Long> REPLICATED_PARAMETERS =
      add(Column.integer("replicated_parameters", "", "Those of them that every shard has."));

  public static final Column<Long> SHARD_BYTES =
      add(Column.integer("shard_bytes", "bytes", "Bytes of shard_parameters."));

  public static final Column<Long> WHOLE_FLOPS_PER_TOKEN =
      add(
          Column.integer(
              "whole_flops_per_token",
              "",
              "Floating-point operations of the matrices of the blocks, and of a language model's logits, for a token."));

  public static final Column<Long> SHARD_FLOPS_PER_TOKEN =
      add(Column.integer("shard_flops_per_token", "", "Those of the shard that has most."));

  public static final Column<Long> PADDED_VOCABULARY =
      add(Column.integer("padded_vocabulary", "", "Words with padding: a multiple of 128 t."));

  public static final Column<Double> LOGIT_DIFFERENCE =
      add(
          Column.number(
              "logit_difference",
              "",
              "The largest difference between logits of the shards and of the whole model."));

  public static final Column<Double> LOSS_DIFFERENCE =
      add(
          Column.number(
              "loss_difference",
              "",
              "The largest difference between a token's sharded cross entropy and the whole model's; of language models."));

  /** The table: every column in the order of the file. */
  public static final TableSchema TABLE = new TableSchema("tensor-parallel.csv", 1, COLUMNS);

  private TensorParallelColumns() {}

  private static <T> Column<T> add(Column<T> column) {
    COLUMNS.add(column);
    return column;
  }
}
