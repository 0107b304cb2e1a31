package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Widths of the feed-forward layers of a model's blocks. Other programs know one for all blocks;
 * where compression has made them differ, a checkpoint tells each of them.
 */
public final class FeedForwardWidths {
  private static final String FIRST = "intermediate";
  private static final String SECOND = "output";

  private FeedForwardWidths() {}

  private static int[] of(List<LinearSlot> slots) {
    return slots.stream()
        .filter(slot -> slot.role().equals(FIRST))
        .mapToInt(slot -> slot.linear().outputs())
        .toArray();
  }

  /** Whether all blocks have the same. */
  static boolean areEqual(Model model) {
    return Arrays.stream(of(model.slots())).distinct().count() <= 1;
  }

  /**
   * A configuration that names the width that all blocks have, where they have one.
   *
   * @param config not modified
   */
  static ObjectNode configure(ObjectNode config, Model model) {
    int[] widths = of(model.slots());
    String key =
        switch (model.info().architecture()) {
          case "bert", "roberta", "albert" -> "intermediate_size";
          case "distilbert" -> "hidden_dim";
          case "gpt2" -> "n_inner";
          default -> null;
        };
    if (widths.length == 0 || key == null || !areEqual(model)) {
      return config;
    }
    // Where it says nothing, or null, a GPT-2 means this.
    int said = config.path(key).asInt(4 * model.info().hiddenSize());
    return said == widths[0] ? config : config.deepCopy().put(key, widths[0]);
  }

  /**
   * Tells the width of every block where they differ.
   *
   * @param block of a checkpoint, modified
   */
  static void describe(ObjectNode block, Model model) {
    if (!areEqual(model)) {
      ObjectNode forms = block.withObjectProperty(LinearFormats.CONSTANTS);
      for (LinearSlot slot : model.slots()) {
        if (slot.role().equals(FIRST)) {
          forms.withObjectProperty(slot.name()).put(LinearFormats.OUTPUTS, slot.linear().outputs());
        } else if (slot.role().equals(SECOND)) {
          forms.withObjectProperty(slot.name()).put(LinearFormats.INPUTS, slot.linear().inputs());
        }
      }
    }
  }

  /**
   * Matrices of the largest width that a block has, for programs that know one for all: neurons are
   * added that are always 0 and that nothing reads.
   *
   * @param slots of a model
   * @param dense what stands in them, whole, by their names; slots without are as they are
   * @param scope owns what is new
   * @return the same with wider matrices
   */
  public static Map<String, Linear> evened(
      List<LinearSlot> slots, Map<String, Linear> dense, Scope scope) {
    Map<String, Linear> evened = new HashMap<>(dense);
    List<LinearSlot> now =
        slots.stream()
            .map(
                slot ->
                    new LinearSlot(
                        slot.name(),
                        slot.layer(),
                        slot.role(),
                        dense.getOrDefault(slot.name(), slot.linear())))
            .toList();
    int widest = Arrays.stream(of(now)).max().orElse(0);
    for (LinearSlot slot : now) {
      Linear linear = slot.linear();
      if (slot.role().equals(FIRST) && linear.outputs() < widest) {
        evened.put(slot.name(), ZeroPadding.ofOutputs(linear, 1, widest, scope));
      } else if (slot.role().equals(SECOND) && linear.inputs() < widest) {
        evened.put(slot.name(), ZeroPadding.ofInputs(linear, widest, scope));
      }
    }
    return evened;
  }
}
