package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.measure.Link;
import io.github.lrfbench.harness.measure.RandomTokens;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.result.TensorParallelColumns;
import io.github.lrfbench.harness.result.TensorParallelRow;
import io.github.lrfbench.harness.tensorparallel.Exchange.Kind;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Splits a model over shards in several ways, and hands on one table row after the other. */
public final class TensorParallelSuite {
  private static final int BYTES = DType.F32.bytes();

  private final List<Device> devices;
  private final TensorParallelConfig config;

  /**
   * A suite.
   *
   * @param devices that shards take turns on; the models lie on the first
   */
  public TensorParallelSuite(List<Device> devices, TensorParallelConfig config) {
    this.devices = List.copyOf(devices);
    this.config = config;
  }

  /**
   * Checks that a model can be split as asked, before anything long is begun.
   *
   * @throws InputException if not
   */
  public void check(Model model) {
    for (int length : config.seqLens()) {
      if (length > model.info().maxLength()) {
        throw new InputException(
            "--seq-len "
                + length
                + " is over the model's limit of "
                + model.info().maxLength()
                + " tokens");
      }
    }
    config.shards().forEach(shards -> TensorParallelModel.requireSplittable(model, shards));
  }

  /**
   * Splits a model in all ways.
   *
   * @param known what rows tell of the model and how it was compressed
   * @param table receives the rows
   * @param progress receives a line before each measurement
   */
  public void run(
      Model model,
      TensorParallelRow.Builder known,
      Consumer<TensorParallelRow> table,
      Consumer<String> progress) {
    check(model);
    boolean factored = model.slots().stream().anyMatch(slot -> slot.linear().factors() != null);
    List<LowRankSplit> splits = factored ? config.splits() : List.of(LowRankSplit.OUTPUTS);
    TensorParallelRow.Builder base = describe(model, known);
    for (int shards : config.shards()) {
      for (LowRankSplit split : splits) {
        String label = factored ? split.label() : "";
        progress.accept(
            shards
                + (shards == 1 ? " shard" : " shards")
                + (factored ? ", split by " + label : ""));
        try (ShardGroup group = new ShardGroup(shards, devices);
            TensorParallelModel parallel = new TensorParallelModel(model, group, split)) {
          TensorParallelRow.Builder row =
              base.copy()
                  .set(TensorParallelColumns.SHARDS, shards)
                  .set(TensorParallelColumns.SPLIT, label);
          setSizes(row, parallel);
          for (int sequences : config.batchSizes()) {
            for (int length : config.seqLens()) {
              measure(model, parallel, sequences, length, row.copy()).forEach(table);
            }
          }
        }
      }
    }
  }

  private TensorParallelRow.Builder describe(Model model, TensorParallelRow.Builder known) {
    Device first = devices.get(0);
    long perToken =
        model.slots().stream().mapToLong(slot -> slot.linear().flopsPerRow()).sum()
            + logitFlops(model);
    return known
        .copy()
        .set(
            TensorParallelColumns.DEVICE,
            devices.stream().map(Device::id).collect(Collectors.joining("+")))
        .set(TensorParallelColumns.DEVICE_NAME, first.name())
        .set(TensorParallelColumns.DTYPE, "fp32")
        .set(TensorParallelColumns.THREADS, first.threads())
        .set(TensorParallelColumns.WHOLE_PARAMETERS, model.parameters())
        .set(TensorParallelColumns.WHOLE_FLOPS_PER_TOKEN, perToken);
  }

  /** Those that are not a slot's. */
  private static long logitFlops(Model model) {
    if (!(model instanceof CausalModel)) {
      return 0;
    }
    Linear predictor = model.transformer().predictor();
    if (predictor == null) {
      return model.transformer().input().scoreFlops();
    }
    return model.slots().stream().anyMatch(slot -> slot.linear() == predictor)
        ? 0
        : predictor.flopsPerRow();
  }

  private static void setSizes(TensorParallelRow.Builder row, TensorParallelModel parallel) {
    long parameters = largest(parallel, parallel::parameters);
    List<Exchange> backward = parallel.backward();
    row.set(TensorParallelColumns.SHARD_PARAMETERS, parameters)
        .set(TensorParallelColumns.REPLICATED_PARAMETERS, parallel.replicated())
        .set(TensorParallelColumns.SHARD_BYTES, parameters * BYTES)
        .set(TensorParallelColumns.SHARD_FLOPS_PER_TOKEN, largest(parallel, parallel::flopsPerRow))
        .set(TensorParallelColumns.PADDED_VOCABULARY, parallel.vocabulary().padded())
        .set(TensorParallelColumns.BACKWARD_ALLREDUCES, count(backward, Kind.ALL_REDUCE))
        .set(
            TensorParallelColumns.BACKWARD_ALLREDUCE_BYTES_PER_TOKEN,
            bytes(backward, Kind.ALL_REDUCE))
        .set(
            TensorParallelColumns.BACKWARD_ALLGATHER_BYTES_PER_TOKEN,
            bytes(backward, Kind.ALL_GATHER));
  }

  private static long largest(TensorParallelModel parallel, ToLongFunction<Integer> of) {
    return IntStream.range(0, parallel.group().size()).boxed().mapToLong(of).max().orElseThrow();
  }

  /** Compares and times passes of one size; a row for every link. */
  private List<TensorParallelRow> measure(
      Model model,
      TensorParallelModel parallel,
      int sequences,
      int length,
      TensorParallelRow.Builder row) {
    try (ParallelInput input =
        new ParallelInput(
            RandomTokens.sequences(sequences, length, model.info().vocabularySize()),
            model.info(),
            parallel.group())) {
      Difference difference = Difference.of(parallel, model, input);
      difference.require();
      PassTimes times = PassTimes.measure(model, parallel, input, config.runs());
      int tokens = input.ids().length;
      row.set(TensorParallelColumns.BATCH_SIZE, sequences)
          .set(TensorParallelColumns.SEQ_LEN, length)
          .set(TensorParallelColumns.TOKENS, tokens)
          .set(TensorParallelColumns.RUNS, config.runs())
          .set(TensorParallelColumns.LOGIT_DIFFERENCE, difference.logits())
          .set(TensorParallelColumns.WHOLE_MS, times.wholeMs())
          .set(TensorParallelColumns.SHARD_MS_MAX, times.slowest())
          .set(TensorParallelColumns.SHARD_MS_MIN, times.fastest());
      if (parallel.predicts()) {
        row.set(TensorParallelColumns.LOSS_DIFFERENCE, difference.losses());
      }
      List<Exchange> ends = times.ofEnds(parallel.predicts());
      setExchanges(row, times.ofBlocks(), ends, parallel.group().size());
      List<Exchange> all = new ArrayList<>(ends);
      all.addAll(times.ofBlocks());
      return config.links().stream()
          .map(link -> withLink(row.copy(), link, all, parallel.group().size(), tokens, times))
          .toList();
    }
  }

  private static void setExchanges(
      TensorParallelRow.Builder row, List<Exchange> blocks, List<Exchange> ends, int shards) {
    double sent = blocks.stream().mapToDouble(exchange -> exchange.sent(shards)).sum();
    row.set(TensorParallelColumns.ALLREDUCES, count(blocks, Kind.ALL_REDUCE))
        .set(TensorParallelColumns.ALLGATHERS, count(blocks, Kind.ALL_GATHER))
        .set(TensorParallelColumns.ALLREDUCE_BYTES_PER_TOKEN, bytes(blocks, Kind.ALL_REDUCE))
        .set(TensorParallelColumns.ALLGATHER_BYTES_PER_TOKEN, bytes(blocks, Kind.ALL_GATHER))
        .set(TensorParallelColumns.SENT_BYTES_PER_TOKEN, sent * BYTES)
        .set(TensorParallelColumns.ENDS_BYTES_PER_TOKEN, bytes(ends, Kind.ALL_REDUCE));
  }

  private static TensorParallelRow withLink(
      TensorParallelRow.Builder row,
      Link link,
      List<Exchange> exchanges,
      int shards,
      int tokens,
      PassTimes times) {
    double linkMs = Exchange.millis(exchanges, link, shards, (long) tokens * BYTES);
    double total = times.slowest() + linkMs;
    return row.set(TensorParallelColumns.LINK_GB_PER_S, link.gigabytesPerSecond())
        .set(TensorParallelColumns.LINK_LATENCY_US, link.latencyMicros())
        .set(TensorParallelColumns.MODELLED_LINK_MS, linkMs)
        .set(TensorParallelColumns.MODELLED_TOTAL_MS, total)
        .set(TensorParallelColumns.MODELLED_SPEEDUP, times.wholeMs() / total)
        .build();
  }

  private static long count(List<Exchange> exchanges, Kind kind) {
    return exchanges.stream().filter(exchange -> exchange.kind() == kind).count();
  }

  private static double bytes(List<Exchange> exchanges, Kind kind) {
    return exchanges.stream()
        .filter(exchange -> exchange.kind() == kind)
        .mapToDouble(exchange -> (double) exchange.width() * BYTES)
        .sum();
  }
}
