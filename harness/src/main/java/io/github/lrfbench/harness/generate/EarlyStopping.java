package io.github.lrfbench.harness.generate;

/** When a beam search ends that has as many results as beams. */
public enum EarlyStopping {
  /** At once. */
  AT_ONCE,
  /**
   * When the best text that goes on, penalized at its present length, is no better than a result.
   */
  WHEN_UNLIKELY,
  /**
   * When it cannot become better: where longer texts gain, it is penalized at the greatest length.
   */
  WHEN_IMPOSSIBLE
}
