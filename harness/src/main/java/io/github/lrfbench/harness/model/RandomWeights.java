package io.github.lrfbench.harness.model;

import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Weights drawn from a seed, as a model has before training: matrices N(0, 0.02²), norms 1, biases
 * 0. Good enough to measure latency, never accuracy.
 */
public final class RandomWeights implements WeightSource {
  private static final double STANDARD_DEVIATION = 0.02;
  private static final int CHUNK = 1 << 16;

  private final long seed;
  private final Function<String, Shape> shapes;

  /**
   * Weights for a model.
   *
   * @param shapes the shape of a tensor by its name, or null if there is none of that name
   */
  public RandomWeights(long seed, Function<String, Shape> shapes) {
    this.seed = seed;
    this.shapes = shapes;
  }

  @Override
  public boolean has(String name) {
    return shapes.apply(name) != null;
  }

  @Override
  public Shape shape(String name) {
    return shapes.apply(name);
  }

  @Override
  public void read(String name, Tensor target) {
    long size = target.shape().size();
    SplittableRandom random = new SplittableRandom(seed ^ name.hashCode());
    float[] chunk = new float[(int) Math.min(CHUNK, size)];
    for (long start = 0; start < size; start += chunk.length) {
      int length = (int) Math.min(chunk.length, size - start);
      for (int i = 0; i < length; i++) {
        chunk[i] = (float) value(name, target.shape(), random);
      }
      target.write(start, chunk, 0, length);
    }
  }

  private static double value(String name, Shape shape, SplittableRandom random) {
    if (shape.rank() > 1) {
      return STANDARD_DEVIATION * random.nextGaussian();
    }
    // Vectors are weights of norms or biases.
    return name.endsWith(".weight") ? 1 : 0;
  }
}
