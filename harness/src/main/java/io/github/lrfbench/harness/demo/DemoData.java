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
  public static final int TRAIN_SIZE = 30_000;

  /** How many labels of a hundred are wrong on purpose, in both splits. */
  public static final int NOISE_PERCENT = 3;

  private final DemoTask task;
  private final List<DemoExample> dev;
  private final List<DemoExample> train;

  private DemoData(DemoTask task, List<DemoExample> dev, List<DemoExample> train) {
    this.task = task;
    this.dev = dev;
    this.train = train;
  }

  /** The data of the default seed and sizes. */
  public static DemoData of(DemoTask task) {
    return of(task, SEED, DEV_SIZE, TRAIN_SIZE);
  }

  /** The data of a seed, of the given sizes. */
  public static DemoData of(DemoTask task, long seed, int devSize, int trainSize) {
    Set<List<String>> seen = new HashSet<>();
    List<DemoExample> dev =
        draw(task, new SplitMix64(seed, task.taskName() + "/dev"), devSize, seen);
    List<DemoExample> train =
        draw(task, new SplitMix64(seed, task.taskName() + "/train"), trainSize, seen);
    return new DemoData(task, dev, train);
  }

  /** Draws examples; every block of as many as there are classes holds each class once. */
  private static List<DemoExample> draw(
      DemoTask task, SplitMix64 random, int size, Set<List<String>> seen) {
    int classes = task.labels().size();
    Set<String> block = new HashSet<>();
    List<DemoExample> examples = new ArrayList<>(size);
    while (examples.size() < size) {
      for (Sample sample : task.samples(random)) {
        boolean welcome = examples.size() < size && !block.contains(sample.label());
        if (welcome && seen.add(sample.texts())) {
          examples.add(annotated(task, sample, random));
          block.add(sample.label());
        }
        if (block.size() >= classes) {
          block.clear();
        }
      }
    }
    return List.copyOf(examples);
  }

  private static DemoExample annotated(DemoTask task, Sample sample, SplitMix64 random) {
    boolean slip = !task.labels().isEmpty() && random.chance(NOISE_PERCENT);
    String label = slip ? task.otherLabel(sample.label()) : sample.label();
    return new DemoExample(sample.texts(), label, slip);
  }

  /** The evaluation examples. */
  public List<DemoExample> dev() {
    return dev;
  }

  /** The training examples; none of their texts is among the evaluation examples. */
  public List<DemoExample> train() {
    return train;
  }

  /** The evaluation file in the layout of the GLUE task. */
  public String devFile() {
    return tsv(task, dev);
  }

  /** The training file in the layout of the GLUE task. */
  public String trainFile() {
    return tsv(task, train);
  }

  private static String tsv(DemoTask task, List<DemoExample> examples) {
    StringBuilder text = new StringBuilder(task.header());
    for (int i = 0; i < examples.size(); i++) {
      DemoExample example = examples.get(i);
      text.append(task.row(i, example.texts(), example.label())).append('\n');
    }
    return text.toString();
  }
}
