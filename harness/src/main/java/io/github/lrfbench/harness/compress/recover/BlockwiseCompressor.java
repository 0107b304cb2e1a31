package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.calibrate.TwoStreams;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.BlockTraining;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The stage {@code blockwise}: one block after the other, all weights of those with a matrix that
 * earlier stages have replaced are trained to give the dense model's hidden states, on the inputs
 * that the blocks before, trained already, make (the block refinement of Sinha and Fleuret 2026,
 * "AA-SVD"). It needs no labels.
 */
public final class BlockwiseCompressor implements Compressor {
  private static final String EPOCHS = "epochs";
  private static final String RATE = "lr";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "blockwise",
        "blocks trained one by one to give the dense model's hidden states",
        "Sinha and Fleuret 2026",
        Set.of(Need.ACTIVATIONS, Need.TRAINING),
        "",
        List.of(
            MethodOption.count(EPOCHS, 8, 1, 1000), MethodOption.number(RATE, 1e-4, 1e-9, 0.5)));
  }

  @Override
  public Takes takes() {
    return Takes.ALL;
  }

  @Override
  public Compression compress(CompressionRequest request) {
    request.model().requireOwnBlocks("blockwise trains block by block");
    MethodOptions options = request.options();
    long start = System.nanoTime();
    Set<Integer> changed = changed(request);
    if (changed.isEmpty()) {
      return new Compression(Map.of(), List.of(), options.values());
    }
    BlockTraining.Settings settings =
        new BlockTraining.Settings(options.count(EPOCHS), options.number(RATE), request.seed());
    Model trained = request.model().copy();
    try {
      train(trained, changed, settings, request);
      Map<String, Linear> maps = new HashMap<>();
      for (LinearSlot slot : trained.slots()) {
        if (changed.contains(slot.layer())) {
          maps.put(slot.name(), slot.linear());
        }
      }
      return new Compression(
          Map.of(), Trained.reports(request, maps, start), options.values(), trained);
    } catch (RuntimeException | Error e) {
      trained.close();
      throw e;
    }
  }

  /** The numbers of blocks of which a matrix was replaced. */
  private static Set<Integer> changed(CompressionRequest request) {
    Map<String, Linear> dense = new HashMap<>();
    request.reference().slots().forEach(slot -> dense.put(slot.name(), slot.linear()));
    Set<Integer> changed = new HashSet<>();
    int blocks = request.model().blocks().size();
    for (LinearSlot slot : request.slots()) {
      if (slot.linear() != dense.get(slot.name()) && slot.layer() < blocks) {
        changed.add(slot.layer());
      }
    }
    return changed;
  }

  private static void train(
      Model trained,
      Set<Integer> changed,
      BlockTraining.Settings settings,
      CompressionRequest request) {
    int last = changed.stream().mapToInt(block -> block).max().orElseThrow();
    try (TwoStreams streams = request.statistics().crossMomentsIn(request.reference(), trained)) {
      for (int block = 0; block <= last; block++) {
        if (changed.contains(block)) {
          streams.advanceRefined(settings);
        } else {
          streams.advance();
        }
        request.progress().accept("trained " + (block + 1) + " of " + (last + 1) + " blocks");
      }
    }
  }
}
