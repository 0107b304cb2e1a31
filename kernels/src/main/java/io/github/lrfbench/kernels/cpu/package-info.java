/**
 * The CPU device over OpenBLAS and LAPACK, with the fused kernels that run between matrix products.
 *
 * <p>OpenBLAS runs on one thread; {@code Workers} cuts products and loops into tasks.
 */
package io.github.lrfbench.kernels.cpu;
