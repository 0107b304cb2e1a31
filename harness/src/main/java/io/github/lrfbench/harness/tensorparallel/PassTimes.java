package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.CompilerWatch;
import io.github.lrfbench.harness.measure.Percentiles;
import io.github.lrfbench.harness.model.Model;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Medians of passes that take turns.
 *
 * @param wholeMs the whole model's
 * @param shardMs each shard's part, without exchanges
 * @param exchanges of one pass of the shards: the embedding's, then those of the blocks
 */
record PassTimes(double wholeMs, List<Double> shardMs, List<Exchange> exchanges) {
  private static final int WARMUP = 3;

  /** More passes for each that counts, at the most, before any does: while the JVM compiles. */
  private static final int MORE_WARMUP = 10;

  private static final double NANOS = 1e6;

  /**
   * Times passes.
   *
   * @param runs passes that count
   */
  static PassTimes measure(
      Model whole, TensorParallelModel parallel, ParallelInput input, int runs) {
    List<ParallelVocabulary.Own> own = parallel.vocabulary().find(input);
    int shards = parallel.group().size();
    long[] wholeNanos = new long[runs];
    long[][] nanos = new long[shards][runs];
    List<Exchange> exchanges = new ArrayList<>();
    CompilerWatch compiler = new CompilerWatch(Clock.SYSTEM, Clock.SYSTEM.nanoTime());
    int more = MORE_WARMUP * runs;
    for (int run = -WARMUP; run < runs; run++) {
      long start = System.nanoTime();
      TensorParallelModel.runWhole(whole, input);
      long taken = System.nanoTime() - start;
      parallel.group().takeNanos();
      try (Pass pass = Pass.open(parallel.group())) {
        parallel.forward(pass, input, own);
        exchanges = pass.exchanges();
      }
      long[] parts = parallel.group().takeNanos();
      boolean idle = compiler.isIdle(Clock.SYSTEM.nanoTime());
      if (run == -1 && !idle && more > 0) {
        more--;
        run--;
      }
      if (run >= 0) {
        wholeNanos[run] = taken;
        for (int shard = 0; shard < shards; shard++) {
          nanos[shard][run] = parts[shard];
        }
      }
    }
    return new PassTimes(
        Percentiles.median(wholeNanos) / NANOS,
        Arrays.stream(nanos).map(each -> Percentiles.median(each) / NANOS).toList(),
        exchanges);
  }

  /** What the blocks exchange. */
  List<Exchange> ofBlocks() {
    return exchanges.isEmpty() ? exchanges : exchanges.subList(1, exchanges.size());
  }

  /** What is exchanged outside of the blocks. */
  List<Exchange> ofEnds(boolean predicts) {
    List<Exchange> ends = new ArrayList<>(exchanges.subList(0, Math.min(1, exchanges.size())));
    if (predicts && !ends.isEmpty()) {
      ends.addAll(ShardedCrossEntropy.exchanges());
    }
    return ends;
  }

  /** The slowest shard's. */
  double slowest() {
    return shardMs.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /** The fastest shard's. */
  double fastest() {
    return shardMs.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }
}
