package io.github.lrfbench.benchmarks.demo;

import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.bert.EncoderConfig;
import java.util.SplittableRandom;

/**
 * Weights that attention can start from. Positions are sinusoids (Vaswani et al. 2017), and every
 * query equals its key, so that a piece first attends to its neighbours and to its like, here or in
 * the other sentence.
 */
final class StartingWeights {
  private static final double SPREAD = 0.03;
  private static final double ALIKE = 0.06;
  private static final double LONGEST_WAVE = 10_000;

  private StartingWeights() {}

  /** The weights of a freshly drawn model, made ready. */
  static NamedWeights of(Model drawn, EncoderConfig config, long seed) {
    NamedWeights weights = NamedWeights.of(drawn);
    SplittableRandom random = new SplittableRandom(seed);
    weights.forEach(
        (name, shape) -> {
          if (name.endsWith("position_embeddings.weight")) {
            sinusoids(weights.values(name), config.hidden());
          } else if (name.endsWith("query.weight")) {
            float[] query = weights.values(name);
            fill(query, ALIKE, random);
            weights.put(name.replace("query", "key"), shape, query.clone());
          } else if (shape.rank() > 1 && !name.endsWith("key.weight")) {
            fill(weights.values(name), SPREAD, random);
          }
        });
    return weights;
  }

  private static void sinusoids(float[] table, int width) {
    for (int i = 0; i < table.length; i++) {
      int position = i / width;
      int wave = i % width / 2;
      double angle = position * Math.pow(LONGEST_WAVE, -2.0 * wave / width);
      double value = i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
      table[i] = (float) (SPREAD * Math.sqrt(2) * value);
    }
  }

  private static void fill(float[] values, double deviation, SplittableRandom random) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
  }
}
