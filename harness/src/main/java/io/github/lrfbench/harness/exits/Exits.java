package io.github.lrfbench.harness.exits;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.model.ModelPart;
import io.github.lrfbench.harness.model.RandomWeights;
import io.github.lrfbench.harness.model.WeightReader;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The exits of a classifier: after every block but the last, matrices that take the places of those
 * of the model's own head, which is the last exit. A checkpoint holds them as {@code
 * exits.BLOCK.MODULE}, blocks counted from 1, and tells their training in {@code config.json}.
 *
 * @param training how they are trained
 * @param heads the matrices of every exit by the names of the head's modules
 */
public record Exits(ExitTraining training, List<Map<String, Linear>> heads) {
  /** The key in {@code config.json}. */
  private static final String KEY = "early_exits";

  private static final String TRAINING = "training";
  private static final String WHERE = "config.json: 'early_exits.training'";

  /** Copies the list, not what is in it. */
  public Exits {
    heads = List.copyOf(heads);
  }

  /**
   * Takes out of a configuration what it tells of exits.
   *
   * @return their training; null if it tells of none
   */
  public static ExitTraining take(ObjectNode config) {
    JsonNode told = config.remove(KEY);
    return told == null
        ? null
        : ExitTraining.parse(WHERE, told.path(TRAINING).asText(told.toString()));
  }

  /** Tells of exits in a configuration. */
  public static void tell(ObjectNode config, ExitTraining training) {
    config.putObject(KEY).put(TRAINING, training.label());
  }

  /**
   * Reads exits.
   *
   * @param scope owns them
   * @throws InputException if one is missing or does not fit
   */
  static Exits read(ExitTraining training, Model base, WeightSource weights, Scope scope) {
    requireHead(base);
    WeightReader reader = new WeightReader(weights, scope);
    return of(
        training,
        base,
        (name, own) -> reader.linear(name, own.outputs(), own.inputs(), 1, own.bias() != null));
  }

  /**
   * Exits that are yet to be trained: classifiers are drawn as those of new models are, layers
   * before them start as copies of the model's.
   *
   * @param scope owns them
   * @throws InputException if the model can have none
   */
  static Exits draw(ExitTraining training, Model base, long seed, Scope scope) {
    requireHead(base);
    RandomWeights random =
        new RandomWeights(seed, name -> name.matches(".*\\.(weight|bias)") ? Shape.of() : null);
    WeightReader drawn = new WeightReader(random, scope);
    return of(
        training,
        base,
        (name, own) ->
            name.endsWith("." + base.classifier())
                ? drawn.linear(name, own.outputs(), own.inputs(), 1, own.bias() != null)
                : own.copyTo(scope, DType.F32));
  }

  private interface Maker {
    Linear make(String name, Linear own);
  }

  private static Exits of(ExitTraining training, Model base, Maker maker) {
    List<Map<String, Linear>> heads = new ArrayList<>();
    for (int block = 1; block < base.blocks().size(); block++) {
      Map<String, Linear> head = new TreeMap<>();
      for (Map.Entry<String, Linear> own : new TreeMap<>(base.headLayers()).entrySet()) {
        if (training.ownsFirstLayer() || own.getKey().equals(base.classifier())) {
          head.put(own.getKey(), maker.make(name(block, own.getKey()), own.getValue()));
        }
      }
      heads.add(head);
    }
    return new Exits(training, heads);
  }

  private static void requireHead(Model base) {
    Output output = base.info().output();
    if (output != Output.CLASSES && output != Output.SCORE) {
      throw new InputException(
          "early exits are for classifiers; the model is a "
              + (output == Output.EMBEDDING ? "sentence encoder" : "language model"));
    }
    if (base.headLayers().values().stream().anyMatch(layer -> layer.dense() == null)) {
      throw new InputException(
          "early exits are made like the model's head, which is compressed; train them before");
    }
    if (base.blocks().size() < 2) {
      throw new InputException("early exits are for models of two blocks or more");
    }
  }

  private static String name(int block, String module) {
    return "exits." + block + "." + module;
  }

  /** Their weights by block, as they are trained. */
  List<ModelPart> parts() {
    List<ModelPart> parts = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      int block = i + 1;
      heads.get(i).forEach((module, map) -> parts.add(ModelPart.of(name(block, module), map)));
    }
    return parts;
  }

  /** All that can be trained. */
  List<Parameter> weights() {
    return parts().stream().flatMap(part -> part.weights().stream()).toList();
  }

  Exits copyTo(Scope scope, DType dtype) {
    List<Map<String, Linear>> copies = new ArrayList<>();
    for (Map<String, Linear> head : heads) {
      Map<String, Linear> copy = new TreeMap<>();
      head.forEach((module, map) -> copy.put(module, map.copyTo(scope, dtype)));
      copies.add(copy);
    }
    return new Exits(training, copies);
  }

  /** The matrices of the exit after so many blocks; of the last none, it is the model's own. */
  Map<String, Linear> after(int blocks) {
    return blocks > heads.size() ? Map.of() : heads.get(blocks - 1);
  }
}
