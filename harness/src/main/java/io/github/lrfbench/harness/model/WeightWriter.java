package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.linear.LinearFormats;

/** Writes a model so that {@link WeightReader} can read it. */
public final class WeightWriter {
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
      writer.add(name, weight.shape(), weight::read);
    }
  }

  /**
   * A checkpoint's block with what the model's tensors do not tell of its maps.
   *
   * @param block not modified
   */
  public static ObjectNode describe(ObjectNode block, Model model) {
    return LinearFormats.describe(block, model.linears());
  }
}
