/**
 * Times the kernels that decide whether low rank pays on a device: truncated SVD by algorithm, the
 * low-rank product beside the dense one, and the rank at which the two take equally long.
 */
package io.github.lrfbench.harness.kernelsuite;
