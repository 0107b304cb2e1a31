package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A checkpoint's weights of which some are others.
 *
 * @param weights of the checkpoint
 * @param fresh has all tensors that may be asked for in its place
 * @param isFresh whether a tensor of a name comes from there
 */
public record FreshWeights(WeightSource weights, WeightSource fresh, Predicate<String> isFresh)
    implements WeightSource {
  private WeightSource source(String name) {
    return isFresh.test(name) ? fresh : weights;
  }

  @Override
  public boolean has(String name) {
    return source(name).has(name);
  }

  @Override
  public Set<String> names() {
    return weights.names();
  }

  @Override
  public boolean hasBelow(String path) {
    return fresh.hasBelow(path)
        || weights.names().stream().anyMatch(name -> name.startsWith(path) && !isFresh.test(name));
  }

  @Override
  public Shape shape(String name) {
    return source(name).shape(name);
  }

  @Override
  public JsonNode constants(String module) {
    return weights.constants(module);
  }

  @Override
  public void read(String name, Tensor target) {
    source(name).read(name, target);
  }
}
