package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.model.Architecture;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import java.util.List;

/**
 * The BERT family.
 *
 * @param config the dimensions
 * @param sentences how sentence embeddings are made, null for a classifier
 */
public record EncoderArchitecture(EncoderConfig config, SentenceEncoding sentences)
    implements Architecture {
  @Override
  public List<String> labels() {
    return config.labels();
  }

  @Override
  public String classifierName() {
    return EncoderLoader.classifierArchitecture(config);
  }

  @Override
  public WeightSource randomWeights(long seed) {
    return EncoderLoader.randomWeights(config, seed);
  }

  @Override
  public WeightSource randomLanguageModel(long seed) {
    throw new InputException(
        "a " + config.family().modelType() + " does not write text; take a gpt2");
  }

  @Override
  public WeightSource withHead(WeightSource weights, long seed) {
    return EncoderLoader.withHead(config, weights, seed);
  }

  @Override
  public Model load(WeightSource weights, Device device) {
    return EncoderLoader.load(config, weights, sentences, device);
  }
}
