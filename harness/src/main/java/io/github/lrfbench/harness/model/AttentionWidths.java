package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Widths of the attentions of a model's blocks, those of the heads that each has. Other programs
 * know no fewer heads than the configuration says; where compression has left some out, a
 * checkpoint tells it of each matrix.
 */
public final class AttentionWidths {
  private AttentionWidths() {}

  /**
   * Checks that query, key and value are as wide as what reads them.
   *
   * @param projections one map for the three, or one for each
   */
  public static void requireOne(LinearGroup projections, Linear output) {
    int members = projections.members().size();
    for (Linear member : projections.members()) {
      if (member.outputs() * members != 3 * output.inputs()) {
        throw new IllegalArgumentException(
            member.outputs() + " outputs before an attention of " + output.inputs());
      }
    }
  }

  /** Query, key and value that a matrix holds side by side, or 1; 0 of what is before no heads. */
  private static int parts(LinearSlot slot) {
    return switch (slot.role()) {
      case "query", "key", "value" -> 1;
      case "query_key_value" -> 3;
      default -> 0;
    };
  }

  private static boolean readsHeads(LinearSlot slot) {
    return slot.role().equals("attention_output");
  }

  /** Whether all blocks have all heads. */
  static boolean areWhole(Model model) {
    return model.slots().stream()
        .filter(AttentionWidths::readsHeads)
        .allMatch(slot -> slot.linear().inputs() == model.info().hiddenSize());
  }

  /**
   * Tells the width of every attention that has fewer heads.
   *
   * @param block of a checkpoint, modified
   */
  static void describe(ObjectNode block, Model model) {
    int whole = model.info().hiddenSize();
    for (LinearSlot slot : model.slots()) {
      int outputs = slot.linear().outputs();
      if (parts(slot) > 0 && outputs < parts(slot) * whole) {
        forms(block, slot).put(LinearFormats.OUTPUTS, outputs);
      } else if (readsHeads(slot) && slot.linear().inputs() < whole) {
        forms(block, slot).put(LinearFormats.INPUTS, slot.linear().inputs());
      }
    }
  }

  private static ObjectNode forms(ObjectNode block, LinearSlot slot) {
    return block.withObjectProperty(LinearFormats.CONSTANTS).withObjectProperty(slot.name());
  }

  /**
   * Matrices of all heads, for programs that know no fewer: heads are added whose values are always
   * 0 and that nothing reads.
   *
   * @param slots of a model
   * @param dense what stands in them, whole, by their names; slots without are as they are
   * @param whole the width of all heads
   * @param scope owns what is new
   * @return the same with wider matrices
   */
  public static Map<String, Linear> filled(
      List<LinearSlot> slots, Map<String, Linear> dense, int whole, Scope scope) {
    Map<String, Linear> filled = new HashMap<>(dense);
    for (LinearSlot slot : slots) {
      Linear linear = dense.getOrDefault(slot.name(), slot.linear());
      int parts = parts(slot);
      if (parts > 0 && linear.outputs() < parts * whole) {
        filled.put(slot.name(), ZeroPadding.ofOutputs(linear, parts, whole, scope));
      } else if (readsHeads(slot) && linear.inputs() < whole) {
        filled.put(slot.name(), ZeroPadding.ofInputs(linear, whole, scope));
      }
    }
    return filled;
  }
}
