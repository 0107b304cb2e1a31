/** Benchmarks of {@code kernels.lowrank}. */
package io.github.lrfbench.benchmarks.lowrank;
