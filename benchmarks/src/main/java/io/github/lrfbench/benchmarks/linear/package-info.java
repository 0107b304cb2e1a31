/** Benchmarks of {@code harness.linear}. */
package io.github.lrfbench.benchmarks.linear;
