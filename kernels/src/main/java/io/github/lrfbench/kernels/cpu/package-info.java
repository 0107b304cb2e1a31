/**
 * The CPU device over OpenBLAS and LAPACK, with the fused kernels that run between matrix products.
 */
package io.github.lrfbench.kernels.cpu;
