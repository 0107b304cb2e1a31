/**
 * The metrics of GLUE as pure functions of labels and predictions, with bootstrap standard errors.
 * Values are those of scikit-learn (accuracy, F1, Matthews correlation) and SciPy (Pearson,
 * Spearman).
 */
package io.github.lrfbench.harness.glue.metric;
