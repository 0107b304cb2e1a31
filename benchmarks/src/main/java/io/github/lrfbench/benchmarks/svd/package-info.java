/** Benchmarks of {@code kernels.svd}. */
package io.github.lrfbench.benchmarks.svd;
