package io.github.lrfbench.harness.sweep;

/**
 * What decides how much memory a step of a cell takes. Two needs can be compared where all but the
 * sizes is the same; with none of its sizes smaller, a need is certainly no smaller.
 *
 * @param step of the cell
 * @param same tells apart what cannot be compared: a hash of all that is no size
 * @param keep kept fraction of the parameters; 0 where the budget is no such size
 * @param batch sequences of a call that is timed, or 0
 * @param tokens of each of these sequences, or 0
 */
record MemoryNeed(Step step, String same, double keep, long batch, long tokens) {
  /** A step of a cell. */
  enum Step {
    /** Making the model: statistics, factors, training; the dense model is loaded. */
    COMPRESS,
    /** Timing it in turns with the dense model. */
    TIME,
    /** Scoring it on the task. */
    EVALUATE
  }

  /** Whether this is certain to take as much memory as the other. */
  boolean isAtLeast(MemoryNeed other) {
    return step == other.step
        && same.equals(other.same)
        && keep >= other.keep
        && batch >= other.batch
        && tokens >= other.tokens;
  }
}
