package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Sequences on the devices of all shards, which every shard reads. */
final class ParallelInput implements AutoCloseable {
  private final List<Scope> scopes = new ArrayList<>();
  private final List<TokenBatch> batches = new ArrayList<>();
  private final List<Tensor> rows = new ArrayList<>();
  private final int[] ids;

  /** Uploads sequences. */
  ParallelInput(List<TokenSequence> sequences, ModelInfo info, ShardGroup group) {
    ids = sequences.stream().flatMapToInt(sequence -> IntStream.of(sequence.ids())).toArray();
    for (int shard = 0; shard < group.size(); shard++) {
      Device device = group.device(shard);
      Scope scope = device.openScope();
      scopes.add(scope);
      batches.add(TokenBatch.of(scope, sequences, info));
      rows.add(scope.ints(IntStream.range(0, ids.length).toArray(), ids.length));
    }
  }

  /** The sequences for a shard. */
  TokenBatch batch(int shard) {
    return batches.get(shard);
  }

  /** I32 [T], the numbers of a shard's rows. */
  Tensor rows(int shard) {
    return rows.get(shard);
  }

  /** Where a shard keeps what it has made of them. */
  Scope scope(int shard) {
    return scopes.get(shard);
  }

  /** The tokens of all sequences. */
  int[] ids() {
    return ids;
  }

  @Override
  public void close() {
    scopes.forEach(Scope::close);
  }
}
