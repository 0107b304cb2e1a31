/**
 * Methods whose factors one singular value or eigenvalue decomposition gives, under some metric.
 */
package io.github.lrfbench.harness.compress.lowrank.spectral;
