package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.Set;

/** Weights whose shapes are checked and whose numbers are not read. */
record UnreadWeights(WeightSource weights) implements WeightSource {
  @Override
  public boolean has(String name) {
    return weights.has(name);
  }

  @Override
  public Set<String> names() {
    return weights.names();
  }

  @Override
  public boolean hasBelow(String path) {
    return weights.hasBelow(path);
  }

  @Override
  public Shape shape(String name) {
    return weights.shape(name);
  }

  @Override
  public boolean areRead() {
    return false;
  }

  @Override
  public JsonNode constants(String module) {
    return weights.constants(module);
  }

  @Override
  public void read(String name, Tensor target) {
    if (!weights.has(name)) {
      throw new InputException("tensor '" + name + "' is missing");
    }
    Shape stored = weights.shape(name);
    // Weights that are drawn have the shape that is asked for.
    if (stored.rank() > 0 && !stored.equals(target.shape())) {
      throw new InputException(
          name + " has the shape " + stored + ", but should have " + target.shape());
    }
  }
}
