package io.github.lrfbench.harness.demo;

import io.github.lrfbench.harness.demo.language.Sample;
import io.github.lrfbench.harness.demo.language.SplitMix64;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The synthetic data of one demo task: everything follows from a seed, bit by bit the same on every
 * platform. Labels are exactly balanced before {@value #NOISE_PERCENT} % of the classes are turned
 * into wrong ones, as annotators do, so that no model can reach 100 %. No text occurs twice.
 */
public final class DemoData {
  /** The seed of the data that the shipped models were trained and are evaluated on. */
  public static final long SEED = 20240607;

  /** The number of evaluation examples. */
  public static final int DEV_SIZE = 1000;

  /** The number of training examples. */
  public static final int TRAIN_SIZE = 60_000;

  /** How many labels of a hundred are wrong on purpose, in both splits. */
  public static final int NOISE_PERCENT = 3;

  private final DemoTask task;
  private final long seed;
  private final int trainSize;
  private final List<DemoExample> dev;
  private List<DemoExample> train;

  private DemoData(DemoTask task, long seed, int devSize, int trainSize) {
    this.task = task;
    this.seed = seed;
    this.trainSize = trainSize;
    dev = draw("dev", devSize, new HashSet<>());
  }

  /** The data of the default seed and sizes. */
  public static DemoData of(DemoTask task) {
    return of(task, SEED, DEV_SIZE, TRAIN_SIZE);
  }

  /** The data of a seed, of the given sizes; a larger training set starts with a smaller one. */
  public static DemoData of(DemoTask task, long seed, int devSize, int trainSize) {
    return new DemoData(task, seed, devSize, trainSize);
  }

  /** Draws examples; every block of as many as there are classes holds each class once. */
  private List<DemoExample> draw(String split, int size, Set<List<String>> seen) {
    SplitMix64 random = new SplitMix64(seed, task.taskName() + "/" + split);
    int classes = task.labels().size();
    Set<String> block = new HashSet<>();
    List<DemoExample> examples = new ArrayList<>(size);
    while (examples.size() < size) {
      for (Sample sample : task.samples(random)) {
        boolean welcome = examples.size() < size && !block.contains(sample.label());
        if (welcome && seen.add(sample.texts())) {
          examples.add(annotated(sample, random));
          block.add(sample.label());
        }
        if (block.size() >= classes) {
          block.clear();
        }
      }
    }
    return List.copyOf(examples);
  }

  private DemoExample annotated(Sample sample, SplitMix64 random) {
    boolean slip = !task.labels().isEmpty() && random.chance(NOISE_PERCENT);
    String label = slip ? task.otherLabel(sample.label()) : sample.label();
    return new DemoExample(sample.texts(), label, slip);
  }

  /** The evaluation examples. */
  public List<DemoExample> dev() {
    return dev;
  }

  /**
   * The training examples, drawn when first asked for; none of their texts is among the evaluation
   * examples.
   */
  public synchronized List<DemoExample> train() {
    if (train == null) {
      Set<List<String>> seen = new HashSet<>();
      dev.forEach(example -> seen.add(example.texts()));
      train = draw("train", trainSize, seen);
    }
    return train;
  }

  /** The evaluation file in the layout of the GLUE task. */
  public String devFile() {
    return tsv(dev);
  }

  /** The training file in the layout of the GLUE task. */
  public String trainFile() {
    return tsv(train());
  }

  private String tsv(List<DemoExample> examples) {
    StringBuilder text = new StringBuilder(task.header());
    for (int i = 0; i < examples.size(); i++) {
      DemoExample example = examples.get(i);
      text.append(task.row(i, example.texts(), example.label())).append('\n');
    }
    return text.toString();
  }
}
