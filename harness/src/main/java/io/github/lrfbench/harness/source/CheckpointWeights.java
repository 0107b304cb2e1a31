package io.github.lrfbench.harness.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.lrfbench.harness.checkpoint.Checkpoint;
import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.Set;

/**
 * A checkpoint as a source of weights.
 *
 * @param checkpoint open as long as this is used
 */
public record CheckpointWeights(Checkpoint checkpoint) implements WeightSource {
  @Override
  public boolean has(String name) {
    return checkpoint.has(name);
  }

  @Override
  public Set<String> names() {
    return checkpoint.names();
  }

  @Override
  public Shape shape(String name) {
    return checkpoint.shape(name);
  }

  @Override
  public JsonNode constants(String module) {
    return checkpoint.block().path(LinearFormats.CONSTANTS).path(module);
  }

  @Override
  public void read(String name, Tensor target) {
    checkpoint.read(name, target);
  }
}
