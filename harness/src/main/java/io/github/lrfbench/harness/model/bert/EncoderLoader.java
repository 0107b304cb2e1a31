package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearFormats;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.harness.linear.Table;
import io.github.lrfbench.harness.model.ForeignHeads;
import io.github.lrfbench.harness.model.FreshWeights;
import io.github.lrfbench.harness.model.InputNames;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelInfo;
import io.github.lrfbench.harness.model.ModelInfo.Output;
import io.github.lrfbench.harness.model.Norm;
import io.github.lrfbench.harness.model.RandomWeights;
import io.github.lrfbench.harness.model.SafeEmbeddings;
import io.github.lrfbench.harness.model.ScoreFunction;
import io.github.lrfbench.harness.model.SummedEmbeddings;
import io.github.lrfbench.harness.model.WeightReader;
import io.github.lrfbench.harness.model.WeightSource;
import io.github.lrfbench.harness.model.WordTable;
import io.github.lrfbench.harness.model.bert.Family.Part;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Builds an {@link Encoder} from named tensors, whatever of the usual names a checkpoint uses. */
public final class EncoderLoader {
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private final EncoderConfig config;
  private final WeightReader reader;
  private final Scope scope;
  private final String prefix;

  private EncoderLoader(EncoderConfig config, WeightSource weights, Scope scope) {
    this.config = config;
    this.reader = new WeightReader(weights, scope);
    this.scope = scope;
    String usual = config.family().prefix();
    this.prefix = reader.isStored(Embeddings.names(usual).word()) ? usual : "";
  }

  /** Loads an encoder as the other method does. */
  public static Model load(
      EncoderConfig config, WeightSource weights, boolean sentenceEncoder, Device device) {
    return load(config, weights, sentenceEncoder ? SentenceEncoding.MEAN : null, device);
  }

  /**
   * Loads an encoder.
   *
   * @param sentences how sentence embeddings are made; null if there is a classifier
   * @throws InputException if a tensor is missing or wrong
   */
  public static Model load(
      EncoderConfig config, WeightSource weights, SentenceEncoding sentences, Device device) {
    Scope scope = device.openScope();
    try {
      return new EncoderLoader(config, weights, scope).build(sentences);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /**
   * Weights for a model that is yet to be trained: matrices N(0, 0.02²), norms 1, biases 0.
   *
   * @param config also says how many outputs the head has
   */
  public static WeightSource randomWeights(EncoderConfig config, long seed) {
    Family family = config.family();
    Shape head = Shape.of(config.labels().size(), config.hidden());
    return new RandomWeights(
        seed,
        name -> {
          boolean ours =
              name.startsWith(family.prefix()) || family.headModules().contains(module(name));
          if (!ours || !(name.endsWith(WEIGHT) || name.endsWith(BIAS))) {
            return null;
          }
          return name.equals(family.headModules().get(1) + WEIGHT) ? head : Shape.of();
        });
  }

  /**
   * Weights whose classification head is drawn anew, unless they have one of the right number of
   * outputs.
   *
   * @param config says how many outputs that is
   */
  public static WeightSource withHead(EncoderConfig config, WeightSource weights, long seed) {
    String classifier = config.family().headModules().get(1);
    if (LinearFormats.find(weights, classifier) != null
        && LinearFormats.outputs(weights, classifier) == config.labels().size()) {
      return weights;
    }
    Family family = config.family();
    String first = family.headModules().get(0) + ".";
    String last = family.headModules().get(1) + ".";
    return new FreshWeights(
        weights,
        randomWeights(config, seed),
        name -> {
          boolean before = name.startsWith(first) || name.startsWith(family.prefix() + first);
          return name.startsWith(last) || before && !weights.has(name);
        });
  }

  /** What {@code config.json} calls the class of a model with a classifier. */
  public static String classifierArchitecture(EncoderConfig config) {
    String family =
        switch (config.family()) {
          case BERT -> "Bert";
          case ROBERTA -> "Roberta";
          case DISTILBERT -> "DistilBert";
          case ALBERT -> "Albert";
        };
    return family + "ForSequenceClassification";
  }

  private static String module(String tensor) {
    return tensor.substring(0, Math.max(0, tensor.lastIndexOf('.')));
  }

  private Model build(SentenceEncoding sentences) {
    Embeddings embeddings = embeddings();
    List<Block> blocks = new ArrayList<>();
    for (int block = 0; block < config.order().stored(); block++) {
      blocks.add(block(prefix + config.block(block)));
    }
    Head head = sentences == null ? classifier() : new Head.Pooling(sentences.pooling());
    return new Encoder(config, info(sentences, head), prefix, scope, embeddings, blocks, head);
  }

  private ModelInfo info(SentenceEncoding sentences, Head head) {
    List<String> labels = sentences == null ? labels(head) : List.of();
    Output output =
        sentences != null ? Output.EMBEDDING : labels.size() == 1 ? Output.SCORE : Output.CLASSES;
    ScoreFunction score =
        switch (output) {
          case EMBEDDING -> sentences.score();
          case SCORE -> config.score();
          default -> ScoreFunction.IDENTITY;
        };
    return new ModelInfo(
        config.family().modelType(),
        output,
        labels,
        score,
        config.vocabulary(),
        config.types(),
        config.padding(),
        config.maxLength(),
        config.hidden());
  }

  private List<String> labels(Head head) {
    int outputs = head.layers().get(config.family().headModules().get(1)).outputs();
    if (outputs == config.labels().size()) {
      return config.labels();
    }
    throw new InputException(
        "config.json names "
            + config.labels().size()
            + " labels, but the classifier has "
            + outputs
            + " outputs");
  }

  private Embeddings embeddings() {
    InputNames names = Embeddings.names(prefix);
    if (SafeEmbeddings.isStored(reader, names)) {
      return new Embeddings(SafeEmbeddings.read(reader, names, safeDimensions()), null);
    }
    int width = config.embedding();
    Table word = WordTable.read(reader, names.word(), config.vocabulary(), width);
    Tensor positions = reader.tensor(names.position() + WEIGHT, config.positions(), width);
    Tensor type =
        config.types() == 0 ? null : reader.tensor(names.type() + WEIGHT, config.types(), width);
    return new Embeddings(
        new SummedEmbeddings(
            word,
            positions,
            config.firstPosition(),
            type,
            reader.norm(names.norm(), width, config.normEpsilon())),
        config.family() == Family.ALBERT
            ? linear(prefix + Embeddings.PROJECTION, config.hidden(), width)
            : null);
  }

  private SafeEmbeddings.Dimensions safeDimensions() {
    return new SafeEmbeddings.Dimensions(
        config.vocabulary(),
        config.positions(),
        config.firstPosition(),
        config.types(),
        config.hidden(),
        config.normEpsilon(),
        config.causal(),
        false);
  }

  private Block block(String path) {
    int h = config.hidden();
    String attended = path + module(Part.ATTENTION_OUTPUT);
    int attention = reader.attentionWidth(attended, h, config.headSize());
    String intermediate = path + module(Part.INTERMEDIATE);
    int width = reader.width(intermediate, config.intermediate());
    return new Block(
        projections(path, attention),
        projection(attended, h, attention, attention),
        norm(path + module(Part.ATTENTION_NORM)),
        linear(intermediate, width, h),
        linear(path + module(Part.OUTPUT), h, width),
        norm(path + module(Part.OUTPUT_NORM)));
  }

  /** Dense query, key and value are read into one matrix, so that they are one product. */
  private LinearGroup projections(String path, int width) {
    int h = config.hidden();
    List<String> names =
        Stream.of(Part.QUERY, Part.KEY, Part.VALUE).map(part -> path + module(part)).toList();
    if (names.stream().anyMatch(reader::isCompressed)) {
      return LinearGroup.of(
          names.stream().map(name -> projection(name, width, h, width)).toList(), scope);
    }
    Matrix weight = Matrix.of(scope.allocate(DType.F32, h, 3L * width));
    Tensor bias = scope.allocate(DType.F32, 3L * width);
    int column = 0;
    for (String name : names) {
      reader.readTransposed(name + ".weight", weight.columns(column, column + width));
      reader.read(name + ".bias", bias.view(column, width));
      column += width;
    }
    return LinearGroup.dense(new DenseLinear(weight, bias), width, width, width);
  }

  /**
   * A matrix that heads write or read.
   *
   * @param width of all heads
   */
  private Linear projection(String name, int outputs, int inputs, int width) {
    return reader.linear(name, outputs, inputs, width / config.headSize(), true);
  }

  private Head classifier() {
    if (config.otherHead() != null) {
      throw new InputException(
          "config.json: 'architectures' names a "
              + config.otherHead()
              + ", whose head classifies no texts; fine-tune it on the task first");
    }
    double dropout = config.dropout().classifier();
    List<String> modules = config.family().headModules();
    String last = modules.get(1);
    boolean own = config.family() == Family.BERT || config.family() == Family.ALBERT;
    String first = own ? prefix + modules.get(0) : modules.get(0);
    if (reader.isCompressed(last) && !reader.isStored(first)) {
      int labels = reader.outputs(last);
      return new Head.Direct(last, linear(last, labels, config.hidden()), dropout);
    }
    return switch (config.family()) {
      case BERT, ALBERT -> classifier(first, Activation.TANH, 0);
      case ROBERTA -> classifier(first, Activation.TANH, dropout);
      case DISTILBERT -> classifier(first, Activation.RELU, 0);
    };
  }

  private Head.Classifier classifier(String pooler, Activation activation, double firstDropout) {
    int h = config.hidden();
    String classifier = config.family().headModules().get(1);
    requireHead(classifier);
    requireHead(pooler);
    // A head that was solved in closed form may have a layer of another width.
    boolean drawn = reader.has(pooler + WEIGHT) && reader.shape(pooler + WEIGHT).rank() == 0;
    int width = drawn ? h : reader.outputs(pooler);
    return new Head.Classifier(
        List.of(pooler, classifier),
        linear(pooler, width, h),
        activation,
        linear(classifier, reader.outputs(classifier), width),
        firstDropout,
        config.dropout().classifier());
  }

  private void requireHead(String name) {
    if (!reader.isStored(name)) {
      throw new InputException(
          "the checkpoint has no classification head of a "
              + config.family().modelType()
              + " ('"
              + name
              + ".weight' is missing"
              + ForeignHeads.clause(reader.names(), config.family().prefix())
              + "); fine-tune it on the task first");
    }
  }

  private String module(Part part) {
    return config.family().module(part);
  }

  private Linear linear(String name, int outputs, int inputs) {
    return reader.linear(name, outputs, inputs, 1, true);
  }

  private Norm norm(String name) {
    return reader.norm(name, config.hidden(), config.normEpsilon());
  }
}
