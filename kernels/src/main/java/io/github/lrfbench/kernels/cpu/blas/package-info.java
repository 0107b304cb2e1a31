/** Matrix products by OpenBLAS in tasks of a good size, and what goes over a matrix once. */
package io.github.lrfbench.kernels.cpu.blas;
