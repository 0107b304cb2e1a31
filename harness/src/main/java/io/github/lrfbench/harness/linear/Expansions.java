package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.kernels.Scope;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/** Layers of more numbers that stand for maps made of two. */
final class Expansions {
  private Expansions() {}

  /**
   * Of a map made of two others: its parts multiplied out, each for itself.
   *
   * @param join makes a map of two
   */
  static List<Function<Scope, Layer>> of(Linear first, Linear second, BinaryOperator<Linear> join) {
    return first.expansions().isEmpty() && second.expansions().isEmpty()
        ? List.of()
        : List.of(scope -> join.apply(whole(first, scope), whole(second, scope)));
  }

  private static Linear whole(Linear part, Scope scope) {
    List<Function<Scope, Layer>> all = part.expansions();
    return all.isEmpty() ? part : (Linear) all.get(all.size() - 1).apply(scope);
  }
}
