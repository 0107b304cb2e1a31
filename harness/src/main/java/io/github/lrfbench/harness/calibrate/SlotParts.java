package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Matrix;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Which parts of a layer's outputs are those of a model's slots. */
final class SlotParts {
  private final Map<Layer, String> slots = new IdentityHashMap<>();

  SlotParts(Model model) {
    model.slots().forEach(slot -> slots.put(slot.linear(), slot.name()));
  }

  /** Whether a layer, or one of its parts, is in a slot. */
  boolean has(Layer layer) {
    return layer.parts().stream().anyMatch(slots::containsKey);
  }

  /** Gives the columns of every slot with its name. */
  void forEach(Layer layer, Matrix outputs, BiConsumer<String, Matrix> action) {
    int column = 0;
    for (Layer part : layer.parts()) {
      if (slots.containsKey(part)) {
        action.accept(slots.get(part), outputs.columns(column, column + part.outputs()));
      }
      column += part.outputs();
    }
  }
}
