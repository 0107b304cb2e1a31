package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.checkpoint.SafetensorsFile;
import io.github.lrfbench.harness.checkpoint.SafetensorsWriter;
import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Statistics of one dense model on one set of calibration examples, collected when a method first
 * asks for them, for all matrices in one pass, and kept for the other cells of a sweep; on disk
 * too. Owned and used by one thread.
 */
public final class Calibrator implements AutoCloseable {
  private static final int NAME_LENGTH = 32;

  /** Squares are of the whole gradient of a matrix, to which all its uses in a pass add. */
  private static final String GRADIENTS = "squares of gradients are collected use by use";

  private final Model model;
  private final TrainingSet examples;
  private final TrainingSet training;

  /** Numbers of the training examples that can be held out, in the order in which they are. */
  private final int[] others;

  private final Path folder;
  private final String key;
  private final IntConsumer progress;
  private final Tokens tokens;

  /** The same over other tokens; null until it is asked for. */
  private Calibrator other;

  /** Whose other this is; null of one that stands for itself. */
  private final Calibrator original;

  private Fisher fisher;
  private ActivationMoments moments;
  private GradientMoments gradients;
  private double[] blockInfluence;
  private MeanGradients meanGradients;
  private final Map<FisherFactors.Source, FisherFactors> factors = new HashMap<>();
  private double seconds;

  /**
   * A calibrator that has collected nothing yet.
   *
   * @param model the dense model
   * @param examples to collect on, training data only; they are those to choose by too
   * @param key pins model and examples: the same key stands for the same statistics
   * @param folder of the cache
   * @param progress receives the number of examples done
   */
  public Calibrator(
      Model model, TrainingSet examples, String key, Path folder, IntConsumer progress) {
    this(model, examples, examples, examples.order(0, 0), key, folder, progress);
  }

  private Calibrator(
      Model model,
      TrainingSet examples,
      TrainingSet training,
      int[] others,
      String key,
      Path folder,
      IntConsumer progress) {
    this.model = model;
    this.examples = examples;
    this.training = training;
    this.others = others;
    this.key = key;
    this.folder = folder;
    this.progress = progress;
    this.tokens = Tokens.ALL;
    this.original = null;
  }

  private Calibrator(Calibrator original, Tokens tokens) {
    this.model = original.model;
    this.examples = original.examples;
    this.training = original.training;
    this.others = original.others;
    this.folder = original.folder;
    this.key = original.key;
    this.progress = original.progress;
    this.tokens = tokens;
    this.original = original;
  }

  /**
   * A calibrator on some of a task's training examples.
   *
   * @param revision pins the model's weights
   * @param task the task's name
   * @param dataHash of the file that the examples come from
   * @param all the training examples
   * @param count the most to collect statistics on, see {@link ExampleSplit}; the others can be
   *     held out
   * @param maxLength to which sequences were truncated
   * @param seed chooses the examples
   * @param cache the program's cache folder
   */
  public static Calibrator on(
      Model model,
      String revision,
      String task,
      String dataHash,
      TrainingSet all,
      int count,
      int maxLength,
      long seed,
      Path cache) {
    TrainingSet examples = all.sample(count, seed);
    String key =
        String.join(
            "\n",
            revision,
            task,
            dataHash,
            Integer.toString(examples.size()),
            Integer.toString(maxLength),
            Long.toString(seed));
    return new Calibrator(
        model,
        examples,
        all,
        others(all, count, seed),
        key,
        cache.resolve("statistics"),
        done -> {});
  }

  /**
   * A calibrator of another form of the model, on the same examples; it keeps nothing on disk.
   *
   * @param other must live as long
   */
  public Calibrator of(Model other) {
    return new Calibrator(other, examples, training, others, key, null, progress);
  }

  /** The moments of all tokens, those of one block after the other; the caller closes them. */
  public MomentsByBlock momentsByBlock() {
    return new MomentsByBlock(model, examples.sequences());
  }

  /**
   * The same where moments of some matrices only are known and no more are to be collected. What
   * there is of gradients belongs to this one, which must live as long.
   *
   * @param known closed with it
   */
  public Calibrator holding(ActivationMoments known) {
    Calibrator holding = new Calibrator(this, tokens);
    holding.moments = known;
    return holding;
  }

  /**
   * The same whose moments are over some tokens of the same examples. It belongs to this one, and
   * is closed with it.
   */
  public Calibrator over(Tokens which) {
    if (which == tokens) {
      return this;
    }
    if (original != null) {
      return original.over(which);
    }
    if (other == null) {
      other = new Calibrator(this, which);
    }
    return other;
  }

  /** A sample is the beginning of the seed's order; what follows it was not chosen. */
  private static int[] others(TrainingSet all, int count, long seed) {
    return count >= all.size()
        ? new int[0]
        : Arrays.copyOfRange(all.order(seed, 0), count, all.size());
  }

  /** The dense model. */
  public Model model() {
    return model;
  }

  /**
   * Training examples to choose by, none of which statistics are collected on.
   *
   * @param most of them
   * @throws IllegalStateException if statistics are collected on all
   */
  public TrainingSet heldOut(int most) {
    if (heldOutExamples(most) == 0) {
      throw new IllegalStateException("no example is held out");
    }
    return training.subset(Arrays.copyOf(others, heldOutExamples(most)));
  }

  /** How many examples are held out where so many are asked for. */
  public int heldOutExamples(int most) {
    return Math.min(most, others.length);
  }

  /** All training examples of the task. */
  public TrainingSet training() {
    return training;
  }

  /** The tokens of the calibration examples. */
  public List<TokenSequence> sequences() {
    return examples.sequences();
  }

  /** Number of calibration examples. */
  public int examples() {
    return examples.size();
  }

  /** Time spent on collecting or reading so far. */
  public double seconds() {
    return seconds + (other == null ? 0 : other.seconds);
  }

  /** The Fisher information of all slots' matrices. */
  public Fisher fisher() {
    if (original != null) {
      // A token that is not reached has no gradient: sums of gradients are the same over all.
      return original.fisher();
    }
    return fisher(true);
  }

  /** The same where all moments together would take too much: none are collected beside it. */
  public Fisher fisherAlone() {
    return fisher(false);
  }

  private Fisher fisher(boolean besideMoments) {
    if (fisher == null) {
      model.requireOwnBlocks(GRADIENTS);
      fisher = timed(() -> findFisher(besideMoments));
    }
    return fisher;
  }

  private Fisher findFisher(boolean besideMoments) {
    Path file = file("fisher");
    Fisher read = readFisher(file);
    if (read != null) {
      return read;
    }
    Function<MomentsCollector, Fisher> passes =
        inputs -> FisherCollector.collect(model, model.slots(), examples, inputs, progress);
    Fisher collected = besideMoments ? besideMoments(passes) : passes.apply(null);
    SafetensorsWriter writer = new SafetensorsWriter();
    for (String slot : collected.slots()) {
      Matrix f = collected.of(slot);
      writer.add(slot, Shape.of(f.rows(), f.cols()), () -> floats(f));
    }
    write(writer, file);
    return collected;
  }

  private Fisher readFisher(Path file) {
    if (file == null || !Files.isRegularFile(file)) {
      return null;
    }
    Fisher read = new Fisher(model.slots(), model.device().openScope());
    read.complete();
    try (SafetensorsFile saved = SafetensorsFile.open(file)) {
      for (LinearSlot slot : model.slots()) {
        Matrix f = read.of(slot.name());
        float[] values = saved.readFloats(slot.name());
        for (int i = 0; i < f.rows(); i++) {
          f.data().write(f.offset() + (long) i * f.stride(), values, i * f.cols(), f.cols());
        }
      }
      return read;
    } catch (InputException | IndexOutOfBoundsException e) {
      // A damaged file of the cache is made anew.
      read.close();
      return null;
    }
  }

  private static float[] floats(Matrix f) {
    float[] values = new float[Math.multiplyExact(f.rows(), f.cols())];
    for (int i = 0; i < f.rows(); i++) {
      f.data().read(f.offset() + (long) i * f.stride(), values, i * f.cols(), f.cols());
    }
    return values;
  }

  /** The moments of the inputs of all slots' matrices. */
  public ActivationMoments moments() {
    if (moments == null) {
      moments = timed(this::findMoments);
    }
    return moments;
  }

  private ActivationMoments findMoments() {
    ActivationMoments read = readMoments();
    return read != null
        ? read
        : kept(
            MomentsCollector.collect(model, model.slots(), examples.sequences(), tokens, progress));
  }

  private Path momentsFile() {
    return file(tokens == Tokens.ALL ? "inputs" : "inputs-reached");
  }

  private ActivationMoments readMoments() {
    Path file = momentsFile();
    return file == null ? null : MomentsFile.read(file, model);
  }

  private ActivationMoments kept(ActivationMoments collected) {
    SafetensorsWriter writer = new SafetensorsWriter();
    MomentsFile.add(writer, collected.all());
    write(writer, momentsFile());
    return collected;
  }

  /** How often each word of the vocabulary stands in the examples, [V]. */
  public double[] wordCounts() {
    double[] counts = new double[model.info().vocabularySize()];
    for (TokenSequence sequence : examples.sequences()) {
      for (int id : sequence.ids()) {
        counts[id]++;
      }
    }
    return counts;
  }

  /** The moments of the gradients of the dense model. */
  public GradientMoments gradients() {
    if (gradients == null) {
      model.requireOwnBlocks(GRADIENTS);
      ActivationMoments reached = tokens == Tokens.ALL ? null : moments();
      gradients = timed(() -> GradientMomentsCollector.collect(model, examples, reached, progress));
    }
    return gradients;
  }

  /** Of every block of the dense model the mean of 1 − cos between what it reads and gives. */
  public double[] blockInfluence() {
    if (original != null) {
      return original.blockInfluence();
    }
    if (blockInfluence == null) {
      blockInfluence = timed(() -> BlockInfluence.of(model, examples.sequences()));
    }
    return blockInfluence.clone();
  }

  /**
   * How much the loss of a form of the model depends on every head of its attentions, on the same
   * examples.
   *
   * @param other the model, some of whose heads may be gone
   * @return by the slot of an attention's output matrix the mean of |dL/dξ| for each head, ξ being
   *     a gate before what the head gives
   */
  public Map<String, double[]> headImportanceIn(Model other) {
    return timed(() -> HeadImportance.of(other, examples, progress));
  }

  /** The mean gradients of all slots' matrices. */
  public MeanGradients meanGradients() {
    if (original != null) {
      return original.meanGradients();
    }
    if (meanGradients == null) {
      meanGradients = timed(() -> MeanGradients.collect(model, examples, progress));
    }
    return meanGradients;
  }

  /** The second moments of the gradients of every matrix's outputs, Σ g gᵀ. */
  public FisherFactors outputGradients(Labels labels) {
    return fisherFactors(new OutputGradients(labels, false, false));
  }

  /**
   * Factors that stand for the Fisher information of all slots' matrices.
   *
   * @param source which
   */
  public FisherFactors fisherFactors(FisherFactors.Source source) {
    if (original != null) {
      return original.fisherFactors(source);
    }
    model.requireOwnBlocks(GRADIENTS);
    FisherFactors known = factors.get(source);
    if (known == null) {
      known = timed(() -> findFactors(source));
      factors.put(source, known);
    }
    return known;
  }

  private FisherFactors findFactors(FisherFactors.Source source) {
    Path file = file(source.id());
    FisherFactors read = file == null ? null : FactorsFile.read(file, model);
    if (read != null) {
      return read;
    }
    // The key has the seed.
    long seed = Long.parseUnsignedLong(TextFile.sha256(key).substring(0, 16), 16);
    FisherFactors collected = collectFactors(source, seed);
    SafetensorsWriter writer = new SafetensorsWriter();
    FactorsFile.add(writer, collected);
    write(writer, file);
    return collected;
  }

  private FisherFactors collectFactors(FisherFactors.Source source, long seed) {
    return source.needsMoments()
        ? besideMoments(inputs -> source.collect(model, examples, seed, inputs, progress))
        : source.collect(model, examples, seed, null, progress);
  }

  /**
   * What passes collect, and the moments in the same passes forward where they are not known yet:
   * whoever asks for the one reports errors of outputs by the other.
   *
   * @param passes given the collector of moments; null where they are known
   */
  private <T> T besideMoments(Function<MomentsCollector, T> passes) {
    if (moments == null) {
      moments = readMoments();
    }
    if (moments != null) {
      return passes.apply(null);
    }
    List<T> collected = new ArrayList<>();
    moments =
        kept(
            MomentsCollector.collect(
                model, model.slots(), tokens, inputs -> collected.add(passes.apply(inputs))));
    return collected.get(0);
  }

  /**
   * Moments in another form of the model, on the same examples; the caller closes them.
   *
   * @param other the model, some of whose matrices are replaced
   * @param names of the slots whose inputs are looked at
   */
  public ActivationMoments momentsIn(Model other, Set<String> names) {
    List<LinearSlot> slots =
        other.slots().stream().filter(slot -> names.contains(slot.name())).toList();
    return timed(
        () -> MomentsCollector.collect(other, slots, examples.sequences(), tokens, progress));
  }

  /**
   * The dense model beside another form of it, over the same examples, for moments of inputs in
   * both; the caller closes it.
   *
   * @param dense the model that the other form follows
   * @param other where it begins; its matrices may be replaced on the way
   */
  public TwoStreams crossMomentsIn(Model dense, Model other) {
    return new TwoStreams(dense, other, examples.sequences(), spent -> seconds += spent);
  }

  private <T> T timed(Supplier<T> work) {
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      seconds += (System.nanoTime() - start) / 1e9;
    }
  }

  /** Keeps statistics for the next time, unless the cache is another user's or its disk full. */
  private void write(SafetensorsWriter writer, Path file) {
    if (file == null) {
      return;
    }
    try {
      Files.createDirectories(folder);
      writer.write(file);
    } catch (IOException | InputException e) {
      // They are in memory, and are collected again the next time.
    }
  }

  /** Null where nothing is kept. */
  private Path file(String kind) {
    if (folder == null) {
      return null;
    }
    // What counts as a matrix may differ for the same weights.
    List<String> slots = model.slots().stream().map(LinearSlot::name).toList();
    String hash = TextFile.sha256(kind + "\n4\n" + key + "\n" + slots);
    return folder.resolve(kind + "-" + hash.substring(0, NAME_LENGTH) + ".safetensors");
  }

  @Override
  public void close() {
    if (other != null) {
      other.close();
    }
    if (fisher != null) {
      fisher.close();
    }
    if (moments != null) {
      moments.close();
    }
    if (gradients != null) {
      gradients.close();
    }
    if (meanGradients != null) {
      meanGradients.close();
    }
    factors.values().forEach(FisherFactors::close);
  }
}
