/**
 * What a caller touches first: devices, the tensors that live on them, and the scopes that own
 * tensors.
 *
 * <p>This module knows nothing of language models. Everything is row-major; {@code [m, n]} means m
 * rows of n contiguous elements.
 */
package io.github.lrfbench.kernels;
