package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.CheckpointWriter;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.linear.LinearFormats;
import java.util.Set;

/** Writes a model so that {@link WeightReader} can read it. */
public final class WeightWriter {
  private static final Set<String> FOREIGN_BIASES = Set.of("lm_head.bias", "score.bias");

  private WeightWriter() {}

  /** Adds a weight under its own name, in the type in which checkpoints store it. */
  public static void add(SafetensorsWriter writer, Parameter weight) {
    add(writer, weight.name(), weight);
  }

  /** Adds a weight under another name. */
  public static void add(SafetensorsWriter writer, String name, Parameter weight) {
    if (weight.stored().isCode()) {
      writer.addCodes(name, weight.stored(), weight.shape(), weight::readCodes);
    } else {
      writer.add(name, weight.shape(), weight.value().device(), weight::copy);
    }
  }

  /**
   * Whether other programs find all of a model under the names that they know: every matrix whole,
   * attentions of all heads, feed-forward layers of one width, embeddings that are a sum, and no
   * bias where their models have none.
   */
  public static boolean isWhole(Model model) {
    return AttentionWidths.areWhole(model)
        && FeedForwardWidths.areEqual(model)
        && model.transformer().input().isCommon()
        && model.linears().values().stream().allMatch(linear -> linear.dense() != null)
        && model.weights().stream().noneMatch(weight -> FOREIGN_BIASES.contains(weight.name()));
  }

  /**
   * What {@code config.json} shall hold beside a model's weights, see {@link
   * CheckpointWriter#config}.
   *
   * @param source the configuration that the weights were made with; not modified
   * @param written names of the tensors that are written anew
   * @param block what it shall tell of how; what the tensors do not tell of the model's maps is
   *     added to a copy
   */
  public static ObjectNode config(
      ObjectNode source, Set<String> written, ObjectNode block, Model model) {
    ObjectNode described = LinearFormats.describe(block, model.linears());
    FeedForwardWidths.describe(described, model);
    AttentionWidths.describe(described, model);
    model.transformer().input().describe(model.inputNames(), described);
    return CheckpointWriter.config(
        FeedForwardWidths.configure(source, model), written, described, isWhole(model));
  }
}
