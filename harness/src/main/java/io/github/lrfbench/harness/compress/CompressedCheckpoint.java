package io.github.lrfbench.harness.compress;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.AttentionWidths;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.FeedForwardWidths;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.OutputNames;
import io.github.lrfbench.harness.model.WeightWriter;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes a compressed model as a Hugging Face directory: the factors of the replaced matrices, or
 * their product for programs that know no factors; all other tensors as the source has them, or as
 * they were trained.
 */
public final class CompressedCheckpoint {
  private static final String TIED_HEAD = "lm_head.weight";

  private final Checkpoint source;
  private final Path layout;
  private final Model dense;
  private final Compression compression;

  /**
   * A compressed model.
   *
   * @param source the dense model's checkpoint, open until the model is written
   * @param dense the model in it
   * @param compression what became of it
   */
  public CompressedCheckpoint(Checkpoint source, Model dense, Compression compression) {
    this(source, source.directory(), dense, compression);
  }

  /**
   * A compressed model that may be a sentence encoder's.
   *
   * @param layout the directory of sentence-transformers that the checkpoint is or lies in
   */
  public CompressedCheckpoint(
      Checkpoint source, Path layout, Model dense, Compression compression) {
    this.source = source;
    this.layout = layout;
    this.dense = dense;
    this.compression = compression;
  }

  /**
   * Checks that a directory of multiplied-out matrices would be what it is for.
   *
   * @param method what the model is compressed by
   * @throws InputException if it would not
   */
  public static void requireReadable(boolean multipliedOut, MethodChain method) {
    requireReadable(multipliedOut, method.solvesHead(), method.replacesInput());
  }

  private static void requireReadable(boolean multipliedOut, boolean head, boolean input) {
    if (multipliedOut && input) {
      throw new InputException(
          "embeddings that are a layer of their own cannot be multiplied out; leave out --dense");
    }
    if (multipliedOut && head) {
      throw new InputException(
          "a head that was solved in closed form is none of transformers'; leave out --dense");
    }
  }

  /**
   * Writes the directory.
   *
   * @param target absent, empty, or a directory that was written like this before
   * @param multipliedOut true writes matrices instead of factors
   * @param block what {@code config.json} shall tell of the compression, under the key {@code
   *     lrfbench}
   * @throws io.github.lrfbench.kernels.InputException if it cannot be written, or matrices or a
   *     bias of a head are to be written that no other program has
   */
  public void write(Path target, boolean multipliedOut, ObjectNode block) {
    write(target, multipliedOut, block, List.of());
  }

  /**
   * Writes the directory as the other method does.
   *
   * @param outputNames what the outputs shall be called; empty leaves what the source calls them
   */
  public void write(
      Path target, boolean multipliedOut, ObjectNode block, List<String> outputNames) {
    Model base = compression.whole() == null ? dense : compression.whole();
    Map<String, Linear> replacements = compression.replacements();
    requireReadable(
        multipliedOut,
        base.headLayers().entrySet().stream()
            .anyMatch(
                layer ->
                    replacements.containsKey(layer.getKey()) || layer.getValue().dense() == null),
        !base.transformer().input().isCommon());
    try (Scope scope = dense.device().openScope();
        Model written = base.with(multipliedOut ? products(base, scope) : left(replacements))) {
      if (multipliedOut && names(written).contains("lm_head.bias")) {
        throw new InputException(
            "the compressed head has a bias, and none in transformers; leave out --dense, or"
                + " compress with bias=keep");
      }
      SafetensorsWriter weights = new SafetensorsWriter();
      Set<String> before = names(dense);
      Set<String> gone = names(dense);
      Set<Tensor> shared = Collections.newSetFromMap(new IdentityHashMap<>());
      dense.weights().forEach(weight -> shared.add(weight.value().data()));
      for (Parameter weight : written.weights()) {
        gone.remove(weight.name());
        if (!shared.contains(weight.value().data())
            || !before.contains(weight.name())
            || weight.stored().isCode()) {
          WeightWriter.add(weights, weight);
          gone.add(weight.name());
        }
      }
      boolean stale = repeatsOldTable(written);
      for (String name : source.names()) {
        // Masks and positions, which old checkpoints store as integers, nobody reads.
        if (!gone.contains(name)
            && source.holdsFloats(name)
            && !(stale && name.equals(TIED_HEAD))) {
          weights.add(name, source);
        }
      }
      ObjectNode config = WeightWriter.config(source.config(), gone, block, written);
      if (!outputNames.isEmpty()) {
        OutputNames.write(config, outputNames);
      }
      CheckpointWriter.write(target, config, weights, source.directory(), layout);
    }
  }

  /** Some checkpoints store a head that is tied to the table of words a second time. */
  private boolean repeatsOldTable(Model written) {
    return written instanceof CausalModel
        && !names(written).contains(TIED_HEAD)
        && dense.tables().stream()
            .anyMatch(
                old -> written.tables().stream().noneMatch(now -> now.linear() == old.linear()));
  }

  /** Replacements that are in no model yet: factors are not copied to be written. */
  private Map<String, Linear> left(Map<String, Linear> replacements) {
    return compression.whole() == null ? replacements : Map.of();
  }

  private static Set<String> names(Model model) {
    return model.weights().stream().map(Parameter::name).collect(Collectors.toSet());
  }

  private Map<String, Linear> products(Model base, Scope scope) {
    Map<String, Linear> factored = new HashMap<>();
    // The source may have been compressed before.
    Stream.concat(base.slots().stream(), base.tables().stream())
        .filter(slot -> slot.linear().dense() == null)
        .forEach(slot -> factored.put(slot.name(), slot.linear()));
    factored.putAll(left(compression.replacements()));
    factored.replaceAll((name, linear) -> DenseLinear.of(linear, scope));
    return AttentionWidths.filled(
        base.slots(),
        FeedForwardWidths.evened(base.slots(), factored, scope),
        base.info().hiddenSize(),
        scope);
  }
}
