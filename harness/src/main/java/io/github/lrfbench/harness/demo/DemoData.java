package io.github.lrfbench.harness.demo;

import io.github.lrfbench.harness.demo.language.Sample;
import io.github.lrfbench.harness.demo.language.SplitMix64;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

  private static List<DemoExample> draw(
      DemoTask task, SplitMix64 random, int size, Set<List<String>> seen) {
    int classes = task.labels().size();
    int quota = classes == 0 ? size : (size + classes - 1) / classes;
    Map<String, Integer> counts = new HashMap<>();
    List<DemoExample> examples = new ArrayList<>(size);
    while (examples.size() < size) {
      Sample sample = task.sample(random);
      String group = classes == 0 ? "" : sample.label();
      if (counts.getOrDefault(group, 0) < quota && seen.add(sample.texts())) {
        counts.merge(group, 1, Integer::sum);
        boolean slip = classes > 0 && random.chance(NOISE_PERCENT);
        String label = slip ? task.otherLabel(sample.label()) : sample.label();
        examples.add(new DemoExample(sample.texts(), label, slip));
      }
    }
    return List.copyOf(examples);
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
