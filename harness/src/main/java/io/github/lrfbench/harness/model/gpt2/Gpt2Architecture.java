package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.harness.model.Architecture;
import io.github.lrfbench.harness.model.FreshWeights;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.RandomWeights;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Shape;
import java.util.List;

/**
 * GPT-2.
 *
 * @param config the dimensions
 * @param options how its matrices are offered to compression
 */
public record Gpt2Architecture(Gpt2Config config, Gpt2Options options) implements Architecture {
  private static final String SCORE = Modules.SCORE + ".weight";

  @Override
  public List<String> labels() {
    return config.labels();
  }

  @Override
  public String classifierName() {
    return "GPT2ForSequenceClassification";
  }

  @Override
  public WeightSource randomLanguageModel(long seed) {
    String head = Modules.LM_HEAD + ".weight";
    return new RandomWeights(
        seed, name -> isOfBody(name) || !config.tied() && name.equals(head) ? Shape.of() : null);
  }

  @Override
  public WeightSource randomWeights(long seed) {
    Shape head = Shape.of(config.labels().size(), config.hidden());
    return new RandomWeights(
        seed, name -> name.equals(SCORE) ? head : isOfBody(name) ? Shape.of() : null);
  }

  private static boolean isOfBody(String name) {
    return name.startsWith(Modules.PREFIX)
        && Modules.splitProjections("").stream().noneMatch(part -> name.contains(part + "."))
        && (name.endsWith(".weight") || name.endsWith(".bias"));
  }

  @Override
  public WeightSource withHead(WeightSource weights, long seed) {
    if (LinearFormats.find(weights, Modules.SCORE) != null
        && LinearFormats.outputs(weights, Modules.SCORE) == config.labels().size()) {
      return weights;
    }
    return new FreshWeights(
        weights, randomWeights(seed), name -> name.startsWith(Modules.SCORE + "."));
  }

  @Override
  public Model load(WeightSource weights, Device device) {
    return Gpt2Loader.load(config, options, weights, device);
  }
}
