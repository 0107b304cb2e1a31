/** Runs a model over the examples of a task. */
package io.github.lrfbench.harness.evaluate;
