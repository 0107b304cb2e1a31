/** Trains models: losses, the optimizer and its schedule, fine-tuning with checkpoints. */
package io.github.lrfbench.harness.train;
