/** The three small interfaces a device implements: {@code Blas}, {@code Lapack} and {@code Nn}. */
package io.github.lrfbench.kernels.ops;
