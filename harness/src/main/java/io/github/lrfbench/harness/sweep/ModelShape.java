package io.github.lrfbench.harness.sweep;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All of a model that its time depends on where it does not depend on values: the form of every
 * matrix, and the type and sizes of every weight. Passes of two models of one shape are the same
 * operations on as many numbers.
 *
 * @param parts a line for each
 */
record ModelShape(List<String> parts) {
  /** Copies the list. */
  ModelShape {
    parts = List.copyOf(parts);
  }

  /** The shape of a model; empty where its time may depend on values, too. */
  static Optional<ModelShape> of(Model model) {
    Map<String, Linear> linears = model.linears();
    if (!model.transformer().input().isCommon()
        || !linears.values().stream().allMatch(Linear::takesTimeBySize)) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    ObjectNode constants = JsonNodeFactory.instance.objectNode();
    linears.forEach(
        (name, linear) -> {
          parts.add(name + " " + linear.form() + " " + linear.label() + " " + linear.dtype());
          linear.describe(name, constants);
        });
    parts.add(constants.toString());
    for (Parameter weight : model.weights()) {
      parts.add(weight.name() + " " + weight.value().dtype() + " " + weight.shape());
    }
    parts.add("repeated " + model.repeated().keySet());
    return Optional.of(new ModelShape(parts));
  }
}
