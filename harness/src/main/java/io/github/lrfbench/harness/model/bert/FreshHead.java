package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;

/**
 * A checkpoint's weights with another classifier. The layer before it is the checkpoint's if it has
 * one.
 *
 * @param family how the modules are called
 * @param weights of the encoder
 * @param head has all weights of a head
 */
record FreshHead(Family family, WeightSource weights, WeightSource head) implements WeightSource {
  private WeightSource source(String name) {
    boolean classifier = name.startsWith(family.headModules().get(1) + ".");
    boolean before =
        name.startsWith(family.headModules().get(0) + ".")
            || name.startsWith(family.prefix() + family.headModules().get(0) + ".");
    return classifier || before && !weights.has(name) ? head : weights;
  }

  @Override
  public boolean has(String name) {
    return source(name).has(name);
  }

  @Override
  public Shape shape(String name) {
    return source(name).shape(name);
  }

  @Override
  public void read(String name, Tensor target) {
    source(name).read(name, target);
  }
}
