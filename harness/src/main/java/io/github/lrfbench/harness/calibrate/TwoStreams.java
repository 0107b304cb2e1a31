package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.batch.Buckets;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.BlockTraining;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;

/**
 * The hidden states of the dense model and of the one that is being compressed, side by side over
 * the same tokens, from one block to the next. Neither model is run from its beginning again when a
 * matrix of the other was replaced: both go on from their states before the block.
 */
public final class TwoStreams implements AutoCloseable {
  private static final int MAX_SEQUENCES = 128;
  private static final int MAX_TOKENS = 4096;

  private final Device device;
  private final Scope scope;
  private final DoubleConsumer spent;
  private final List<TokenSequence> ordered = new ArrayList<>();
  private final int batches;
  private final HiddenStates dense;
  private final HiddenStates compressed;
  private final Deque<Model> opened = new ArrayDeque<>();

  /**
   * Both models before their first blocks.
   *
   * @param sequences at least one
   * @param spent is told the seconds that passes and sums take
   */
  TwoStreams(Model dense, Model compressed, List<TokenSequence> sequences, DoubleConsumer spent) {
    this.device = dense.device();
    this.scope = device.openScope();
    this.spent = spent;
    int[] lengths = sequences.stream().mapToInt(TokenSequence::length).toArray();
    List<TokenBatch> packed = new ArrayList<>();
    List<int[]> plan = Buckets.plan(lengths, MAX_SEQUENCES, MAX_TOKENS);
    int[] starts = new int[plan.size() + 1];
    for (int[] numbers : plan) {
      List<TokenSequence> chosen = Arrays.stream(numbers).mapToObj(sequences::get).toList();
      packed.add(TokenBatch.of(scope, chosen, dense.info()));
      ordered.addAll(chosen);
      starts[packed.size()] = starts[packed.size() - 1] + packed.get(packed.size() - 1).tokens();
    }
    this.batches = packed.size();
    this.dense = new HiddenStates(dense, packed, starts);
    this.compressed = new HiddenStates(compressed, packed, starts);
  }

  /** The model as it is compressed so far; it lives as long as this. */
  public Model model() {
    return compressed.model();
  }

  /**
   * The slots of the block that stands next, in the order of the forward pass, those that read one
   * input together; after the last block those of the head.
   */
  public List<List<LinearSlot>> inputs() {
    ModelBlock block = compressed.block();
    List<LinearSlot> slots = model().slots();
    if (block == null) {
      int blocks = model().blocks().size();
      return List.of(slots.stream().filter(slot -> slot.layer() >= blocks).toList());
    }
    Map<Layer, LinearSlot> byMap = new IdentityHashMap<>();
    slots.forEach(slot -> byMap.put(slot.linear(), slot));
    List<List<LinearSlot>> inputs = new ArrayList<>();
    for (Layer layer : block.layers()) {
      inputs.add(
          layer.parts().stream().filter(byMap::containsKey).map(part -> byMap.get(part)).toList());
    }
    return inputs;
  }

  /**
   * The moments of an input in both models.
   *
   * @param input its number in {@link #inputs}
   * @param owner of the moments
   */
  public CrossMoments moments(int input, Scope owner) {
    long start = System.nanoTime();
    CrossSums sums = new CrossSums(inputs().get(input).get(0).linear().inputs(), owner);
    for (int i = 0; i < batches; i++) {
      int batch = i;
      dense.read(batch, input, x -> compressed.read(batch, input, own -> sums.add(x, own)));
    }
    spent.accept((System.nanoTime() - start) / 1e9);
    return sums.moments();
  }

  /** Puts maps into the compressed model, in slots of the input that was looked at last. */
  public void replace(Map<String, Linear> maps) {
    Model next = model().with(maps);
    opened.push(next);
    compressed.use(next);
  }

  /** Passes the block. */
  public void advance() {
    long start = System.nanoTime();
    dense.advance();
    compressed.advance();
    spent.accept((System.nanoTime() - start) / 1e9);
  }

  /**
   * Passes the block once what the compressed model has of it is trained, in place, to give on its
   * own inputs what the dense model's gives on those of the dense model.
   */
  public void advanceRefined(BlockTraining.Settings settings) {
    dense.advance();
    compressed.forget();
    BlockTraining.train(
        model(), compressed.block(), ordered, compressed.states(), dense.states(), settings);
    compressed.advance();
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
    compressed.close();
    dense.close();
    scope.close();
  }
}
