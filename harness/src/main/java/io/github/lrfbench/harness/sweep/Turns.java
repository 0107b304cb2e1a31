package io.github.lrfbench.harness.sweep;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What of one model is yet to be run, in the order of the plan: the workers of a sweep take turns
 * at it. Thread-safe.
 */
final class Turns {
  /**
   * A variant, made and timed once, with the tasks that it is scored on.
   *
   * @param tasks their numbers
   * @param forTask whether it is made for the one task, and not the same for all
   */
  record Turn(Variant variant, List<Integer> tasks, boolean forTask) {}

  private final Deque<Variant> variants;

  /** Those of the variant that was asked about last. */
  private final Deque<Turn> ready = new ArrayDeque<>();

  Turns(List<Variant> variants) {
    this.variants = new ArrayDeque<>(variants);
  }

  /**
   * The next turn, which is nobody else's from now on.
   *
   * @param open tells the numbers of the tasks that a variant is to be run on; asked once of each
   */
  synchronized Optional<Turn> next(Function<Variant, List<Integer>> open) {
    while (ready.isEmpty() && !variants.isEmpty()) {
      Variant variant = variants.remove();
      List<Integer> tasks = open.apply(variant);
      if (!variant.isDense() && variant.dependsOnTask()) {
        tasks.forEach(task -> ready.add(new Turn(variant, List.of(task), true)));
      } else if (!tasks.isEmpty()) {
        ready.add(new Turn(variant, tasks, false));
      }
    }
    return Optional.ofNullable(ready.poll());
  }

  /** Whether every turn was taken. */
  synchronized boolean areOver() {
    return ready.isEmpty() && variants.isEmpty();
  }

  /** Takes all that are left. */
  synchronized void end() {
    ready.clear();
    variants.clear();
  }
}
