package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The moments of a dense model's inputs, those of one block after the other: of a large model they
 * take more memory together than its weights. They are those of {@link ActivationMoments} for all
 * blocks at once, but for rounding. Blocks that were passed are not needed any more.
 */
public final class MomentsByBlock implements AutoCloseable {
  private final Model model;
  private final Device device;
  private final Scope scope;
  private final List<TokenBatch> batches = new ArrayList<>();

  /** Of every batch the hidden states before the block. */
  private final List<Matrix> states = new ArrayList<>();

  private int block;

  /** The states before the first block. */
  MomentsByBlock(Model model, List<TokenSequence> sequences) {
    this.model = model;
    this.device = model.device();
    this.scope = device.openScope();
    try {
      for (int[] numbers : CalibrationBatches.of(sequences)) {
        List<TokenSequence> chosen = Arrays.stream(numbers).mapToObj(sequences::get).toList();
        TokenBatch batch = TokenBatch.of(scope, chosen, model.info());
        try (Ops ops = new EagerOps(device)) {
          Matrix embedded = model.embed(ops, batch);
          Matrix state =
              Matrix.of(scope.allocate(embedded.dtype(), embedded.rows(), embedded.cols()));
          device.blas().copy(embedded, state);
          batches.add(batch);
          states.add(state);
        }
      }
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /**
   * Bytes that the moments of all matrices would take.
   *
   * @param slots of a model
   */
  public static long bytesOfAll(Model model, List<LinearSlot> slots) {
    Map<Layer, LinearSlot> byMap = new IdentityHashMap<>();
    slots.forEach(slot -> byMap.put(slot.linear(), slot));
    return model.blocks().stream()
        .flatMap(block -> block.layers().stream())
        .flatMap(layer -> layer.parts().stream().filter(byMap::containsKey).limit(1))
        .mapToLong(part -> byMap.get(part).linear().inputs())
        .map(inputs -> inputs * inputs * Double.BYTES)
        .sum();
  }

  /**
   * The moments of a block's inputs; the caller closes them.
   *
   * @param slots of one block, none before one that was asked for
   */
  public ActivationMoments of(List<LinearSlot> slots) {
    int wanted = slots.get(0).layer();
    if (wanted < block) {
      throw new IllegalArgumentException("block " + wanted + " is passed");
    }
    while (block < wanted) {
      pass((ops, batch) -> ops);
    }
    return MomentsCollector.collect(
        model, slots, Tokens.ALL, collector -> pass(collector::observe));
  }

  /**
   * Passes the block.
   *
   * @param observed operations that see what it reads
   */
  private void pass(BiFunction<Ops, TokenBatch, Ops> observed) {
    ModelBlock next = model.blocks().get(block);
    for (int i = 0; i < batches.size(); i++) {
      try (Ops ops = observed.apply(new EagerOps(device), batches.get(i))) {
        device.blas().copy(next.forward(ops, batches.get(i), states.get(i)), states.get(i));
      }
    }
    block++;
  }

  @Override
  public void close() {
    scope.close();
  }
}
