package io.github.lrfbench.harness.model.gpt2;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.harness.model.ForeignHeads;
import io.github.lrfbench.harness.model.InputLayer;
import io.github.lrfbench.harness.model.InputNames;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.SafeEmbeddings;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.harness.model.SummedEmbeddings;
import io.github.lrfbench.harness.model.WeightReader;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.harness.model.WordTable;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds a GPT-2 from named tensors: a classifier where there is one's head, else a language model.
 * The masks that old checkpoints hold beside the weights are not looked at.
 */
final class Gpt2Loader {
  private static final String WEIGHT = ".weight";

  private final Gpt2Config config;
  private final Gpt2Options options;
  private final WeightReader reader;
  private final Scope scope;
  private final String prefix;

  private Gpt2Loader(Gpt2Config config, Gpt2Options options, WeightSource weights, Scope scope) {
    this.config = config;
    this.options = options;
    this.reader = new WeightReader(weights, scope);
    this.scope = scope;
    this.prefix = reader.isStored(Modules.PREFIX + Modules.WORD) ? Modules.PREFIX : "";
  }

  /**
   * Loads a model.
   *
   * @throws InputException if a tensor is missing or wrong
   */
  static Model load(Gpt2Config config, Gpt2Options options, WeightSource weights, Device device) {
    Scope scope = device.openScope();
    try {
      return new Gpt2Loader(config, options, weights, scope).build();
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  private Model build() {
    List<Block> blocks = new ArrayList<>();
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(block(prefix + Modules.block(layer)));
    }
    Gpt2.Body body =
        new Gpt2.Body(
            config, prefix, input(), List.copyOf(blocks), norm(prefix + Modules.FINAL_NORM));
    if (reader.isStored(Modules.SCORE)) {
      return classifier(body);
    }
    requireNoForeignClassifier();
    return languageModel(body);
  }

  private InputLayer input() {
    InputNames names = Modules.input(prefix);
    int h = config.hidden();
    if (SafeEmbeddings.isStored(reader, names)) {
      boolean tied =
          config.tied() && !reader.isStored(Modules.SCORE) && !reader.isCompressed(Modules.LM_HEAD);
      return SafeEmbeddings.read(
          reader,
          names,
          new SafeEmbeddings.Dimensions(
              config.vocabulary(), config.positions(), 0, 0, h, config.normEpsilon(), true, tied));
    }
    return new SummedEmbeddings(
        WordTable.read(reader, names.word(), config.vocabulary(), h),
        reader.tensor(names.position() + WEIGHT, config.positions(), h),
        0,
        null,
        null);
  }

  /** Without its head, another library's classifier would pass for a language model. */
  private void requireNoForeignClassifier() {
    List<String> classifiers =
        reader.names().stream().filter(name -> name.matches("(classif|score).*")).toList();
    if (!classifiers.isEmpty() && !reader.has(Modules.LM_HEAD + WEIGHT)) {
      throw new InputException(
          "the checkpoint has no classification head of a gpt2 ('"
              + Modules.SCORE
              + ".weight' is missing"
              + ForeignHeads.clause(classifiers, Modules.PREFIX)
              + "); fine-tune it on the task first");
    }
  }

  private Model classifier(Gpt2.Body body) {
    if (options.untieHead() || options.latentCache()) {
      throw new InputException(
          (options.untieHead() ? "--untie-head" : "--latent-cache")
              + " is for language models; the model is a classifier");
    }
    int labels = reader.outputs(Modules.SCORE);
    if (labels != config.labels().size()) {
      throw new InputException(
          "config.json names "
              + config.labels().size()
              + " labels, but the classifier has "
              + labels
              + " outputs");
    }
    Linear score = head(Modules.SCORE, labels);
    Output output = labels == 1 ? Output.SCORE : Output.CLASSES;
    return new Gpt2Classifier(body, info(output, config.labels()), scope, score);
  }

  private Model languageModel(Gpt2.Body body) {
    boolean compressed = reader.isCompressed(Modules.LM_HEAD);
    return new Gpt2LanguageModel(
        body,
        info(Output.NEXT_TOKEN, List.of()),
        scope,
        head(body, compressed),
        options.latentCache());
  }

  private Gpt2LanguageModel.Head head(Gpt2.Body body, boolean compressed) {
    int vocabulary = config.vocabulary();
    boolean offered = options.untieHead() || compressed;
    // Some checkpoints store a tied head a second time.
    if (compressed || !config.tied()) {
      return new Gpt2LanguageModel.Head(head(Modules.LM_HEAD, vocabulary), offered, false);
    }
    if (!offered) {
      return new Gpt2LanguageModel.Head(null, false, false);
    }
    return new Gpt2LanguageModel.Head(Gpt2LanguageModel.untied(body, scope), true, true);
  }

  /** A GPT-2's heads have no bias until a method gives them one. */
  private Linear head(String module, int outputs) {
    boolean biased = reader.isCompressed(module) && reader.has(module + ".bias");
    return reader.linear(module, outputs, config.hidden(), 1, biased);
  }

  private ModelInfo info(Output output, List<String> labels) {
    return new ModelInfo(
        Gpt2Config.MODEL_TYPE,
        output,
        labels,
        output == Output.SCORE ? config.score() : ScoreFunction.IDENTITY,
        config.vocabulary(),
        0,
        output == Output.NEXT_TOKEN ? -1 : config.padding(),
        config.positions(),
        config.hidden());
  }

  private Block block(String path) {
    int h = config.hidden();
    String attended = path + Modules.ATTENTION_OUTPUT;
    int attention = reader.attentionWidth(attended, h, config.headSize());
    int width = reader.width(path + Modules.INTERMEDIATE, config.intermediate());
    return new Block(
        norm(path + Modules.ATTENTION_NORM),
        projections(path, attention),
        linear(attended, h, attention, attention / config.headSize()),
        norm(path + Modules.OUTPUT_NORM),
        linear(path + Modules.INTERMEDIATE, width, h),
        linear(path + Modules.OUTPUT, h, width));
  }

  private LinearGroup projections(String path, int width) {
    int h = config.hidden();
    int heads = width / config.headSize();
    List<String> parts = Modules.splitProjections(path);
    if (parts.stream().anyMatch(reader::isStored)) {
      return LinearGroup.of(
          parts.stream().map(part -> linear(part, width, h, heads)).toList(), scope);
    }
    String whole = path + Modules.PROJECTIONS;
    if (!reader.isCompressed(whole)) {
      DenseLinear dense = dense(whole, 3 * width, h);
      return options.splitQkv()
          ? LinearGroup.dense(dense, width, width, width)
          : LinearGroup.dense(dense, 3 * width);
    }
    if (options.splitQkv()) {
      throw new InputException(
          whole + " was compressed as one matrix and cannot be split any more");
    }
    return LinearGroup.of(List.of(reader.linear(whole, 3 * width, h, 3 * heads, true)), scope);
  }

  private Linear linear(String name, int outputs, int inputs) {
    return linear(name, outputs, inputs, 1);
  }

  private Linear linear(String name, int outputs, int inputs, int heads) {
    return reader.isCompressed(name)
        ? reader.linear(name, outputs, inputs, heads, true)
        : dense(name, outputs, inputs);
  }

  /** Stored as [inputs, outputs], which is how it is multiplied by. */
  private DenseLinear dense(String name, int outputs, int inputs) {
    Matrix weight = Matrix.of(reader.tensor(name + WEIGHT, inputs, outputs));
    return new DenseLinear(weight, reader.tensor(name + ".bias", outputs));
  }

  private Norm norm(String name) {
    return reader.norm(name, config.hidden(), config.normEpsilon());
  }
}
