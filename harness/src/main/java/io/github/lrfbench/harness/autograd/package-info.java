/**
 * The operations that a model is written in: one definition of a forward pass serves inference,
 * which runs them, and training, which runs and records them.
 */
package io.github.lrfbench.harness.autograd;
