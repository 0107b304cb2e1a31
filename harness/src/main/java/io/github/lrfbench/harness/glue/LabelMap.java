package io.github.lrfbench.harness.glue;

import java.util.List;
import java.util.stream.IntStream;

/**
 * From a checkpoint's outputs to a task's classes.
 *
 * @param outputNames names of the outputs in the checkpoint's order, as they head columns of logits
 * @param toClass the class [outputs], a permutation of the positions in {@link GlueTask#labels};
 *     for a regression task the one element 0
 * @param origin how it was found, in a few words for the log
 */
public record LabelMap(List<String> outputNames, List<Integer> toClass, String origin) {
  /** Copies the lists. */
  public LabelMap {
    outputNames = List.copyOf(outputNames);
    toClass = List.copyOf(toClass);
    if (!toClass.stream().sorted().toList().equals(positions(outputNames.size()))) {
      throw new IllegalArgumentException(
          toClass + " permutes no " + outputNames.size() + " outputs");
    }
  }

  /** Whether the checkpoint does not name its outputs, so that what they mean is inferred. */
  public boolean guessed() {
    return outputNames.equals(numberedOutputs(outputNames.size()));
  }

  /**
   * The class of the largest logit; of equal ones, the checkpoint's first.
   *
   * @param logits in the checkpoint's order [outputs], not modified
   * @throws IllegalArgumentException if their number is wrong
   */
  public int predict(float[] logits) {
    requireOutputs(logits);
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return toClass.get(best);
  }

  /**
   * Logits in the order of the task's classes, as a new array.
   *
   * @param logits in the checkpoint's order [outputs], not modified
   * @throws IllegalArgumentException if their number is wrong
   */
  public float[] inClassOrder(float[] logits) {
    requireOutputs(logits);
    float[] ordered = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      ordered[toClass.get(i)] = logits[i];
    }
    return ordered;
  }

  /** The names of the task's classes that the outputs mean, in the checkpoint's order. */
  public List<String> classNames(GlueTask task) {
    return task.isRegression() ? List.of() : toClass.stream().map(task.labelNames()::get).toList();
  }

  /** What outputs are called that a checkpoint does not name. */
  static List<String> numberedOutputs(int count) {
    return IntStream.range(0, count).mapToObj(i -> "logit_" + i).toList();
  }

  static List<Integer> positions(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private void requireOutputs(float[] logits) {
    if (logits.length != toClass.size()) {
      throw new IllegalArgumentException(logits.length + " logits for " + outputNames);
    }
  }
}
