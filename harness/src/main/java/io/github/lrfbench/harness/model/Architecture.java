package io.github.lrfbench.harness.model;

import io.github.lrfbench.kernels.Device;
import java.util.List;

/** How the models of a {@code config.json} are made of weights. */
public interface Architecture {
  /** The names of a classifier's outputs, in the checkpoint's order. */
  List<String> labels();

  /** What {@code config.json} calls the class of a model with a classifier. */
  String classifierName();

  /** Weights for a classifier that is yet to be trained. */
  WeightSource randomWeights(long seed);

  /**
   * Weights for a language model that is yet to be trained.
   *
   * @throws io.github.lrfbench.kernels.InputException if the architecture has none
   */
  WeightSource randomLanguageModel(long seed);

  /**
   * Weights of a classifier whose head is drawn anew, unless they have one of the right number of
   * outputs; then the same object.
   */
  WeightSource withHead(WeightSource weights, long seed);

  /**
   * Loads a model.
   *
   * @throws io.github.lrfbench.kernels.InputException if a tensor is missing or wrong
   */
  Model load(WeightSource weights, Device device);
}
