package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.HashMap;
import java.util.Map;

/** Matrices of the attentions of a dense model that leave out its last heads. */
public final class FewerHeads {
  private FewerHeads() {}

  /**
   * The matrices by slot.
   *
   * @param fewest heads of the first block, and of every other from there; those between have one
   *     more
   */
  public static Map<String, Linear> of(Model model, int fewest, Scope scope) {
    Map<String, Linear> made = new HashMap<>();
    for (LinearSlot slot : model.slots()) {
      int width = (fewest + slot.layer() % 2) * model.headSize();
      Linear linear = slot.linear();
      if (slot.role().equals("attention_output")) {
        Matrix weight = Matrix.of(scope.allocate(DType.F32, width, linear.outputs()));
        scope.device().blas().copy(linear.dense().rows(0, width), weight);
        made.put(slot.name(), new DenseLinear(weight, linear.bias()));
      } else if (slot.role().matches("query.*|key|value")) {
        int parts = slot.role().equals("query_key_value") ? 3 : 1;
        int whole = linear.outputs() / parts;
        Matrix weight = Matrix.of(scope.allocate(DType.F32, linear.inputs(), parts * width));
        Tensor bias = scope.allocate(DType.F32, parts * width);
        for (int part = 0; part < parts; part++) {
          scope
              .device()
              .blas()
              .copy(
                  linear.dense().columns(part * whole, part * whole + width),
                  weight.columns(part * width, (part + 1) * width));
          bias.write((long) part * width, linear.bias().toFloats(), part * whole, width);
        }
        made.put(slot.name(), new DenseLinear(weight, bias));
      }
    }
    return made;
  }
}
