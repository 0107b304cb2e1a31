package io.github.lrfbench.harness.compress.lowrank.elementwise;

import io.github.lrfbench.kernels.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The last steps of a descent and what they changed in the gradient, from which limited-memory BFGS
 * makes a direction (Nocedal 1980).
 */
final class LbfgsMemory {
  private record Pair(Factors step, Factors change, double product) {}

  private final int depth;
  private final Scope scope;
  private final Deque<Pair> pairs = new ArrayDeque<>();

  /**
   * An empty memory.
   *
   * @param depth the most steps, at least one
   * @param scope owns them
   */
  LbfgsMemory(int depth, Scope scope) {
    this.depth = depth;
    this.scope = scope;
  }

  boolean isEmpty() {
    return pairs.isEmpty();
  }

  void clear() {
    pairs.clear();
  }

  /**
   * Takes note of a step, but for one along which the slope fell.
   *
   * @param direction of the step
   * @param length how many times it was taken
   * @param before the gradient before it
   * @param after the gradient after it
   */
  void add(Factors direction, double length, Factors before, Factors after) {
    Pair oldest = pairs.size() < depth ? null : pairs.remove();
    Factors step = oldest == null ? direction.copy(scope) : oldest.step();
    Factors change = oldest == null ? after.copy(scope) : oldest.change();
    step.clear();
    step.add(length, direction);
    change.write(after);
    change.add(-1, before);
    double product = step.dot(change);
    if (product > 0) {
      pairs.add(new Pair(step, change, product));
    }
  }

  /**
   * Makes a gradient the direction of steepest ascent in the curvature that the steps have shown.
   *
   * @param gradient modified
   * @param inverse multiplies factors by an approximation of the Hessian's inverse
   */
  void apply(Factors gradient, Consumer<Factors> inverse) {
    List<Pair> all = new ArrayList<>(pairs);
    double[] parts = new double[all.size()];
    for (int i = all.size() - 1; i >= 0; i--) {
      Pair pair = all.get(i);
      parts[i] = pair.step().dot(gradient) / pair.product();
      gradient.add(-parts[i], pair.change());
    }
    inverse.accept(gradient);
    for (int i = 0; i < parts.length; i++) {
      Pair pair = all.get(i);
      gradient.add(parts[i] - pair.change().dot(gradient) / pair.product(), pair.step());
    }
  }
}
