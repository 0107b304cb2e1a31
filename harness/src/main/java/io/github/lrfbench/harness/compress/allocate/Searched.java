package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.ToDoubleFunction;

/**
 * Tries the points that several allocators choose, and takes the best; of equals the first.
 *
 * @param trials what is tried
 * @param measure what shall be least, given the points of all matrices
 * @param note receives the settings of the best
 */
record Searched(
    List<Trial> trials, ToDoubleFunction<int[]> measure, BiConsumer<String, String> note)
    implements Allocator {
  /**
   * An allocator.
   *
   * @param settings by which it differs from the others
   */
  record Trial(Map<String, Double> settings, Allocator allocator) {}

  @Override
  public int[] choose(List<Candidate> matrices, Terms terms) {
    Map<List<Integer>, Double> known = new HashMap<>();
    int[] best = null;
    Trial found = null;
    double least = Double.POSITIVE_INFINITY;
    for (Trial trial : trials) {
      int[] points = trial.allocator().choose(matrices, terms);
      double measured =
          known.computeIfAbsent(
              Arrays.stream(points).boxed().toList(), missing -> measure.applyAsDouble(points));
      if (measured < least) {
        least = measured;
        best = points;
        found = trial;
      }
    }
    if (found == null) {
      throw new InputException(
          "--allocate: no setting that was tried gives a loss that is a number");
    }
    new TreeMap<>(found.settings())
        .forEach((name, value) -> note.accept(name, PolicyOption.plain(value)));
    return best;
  }
}
