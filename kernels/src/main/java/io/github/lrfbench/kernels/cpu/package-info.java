/**
 * The CPU device over OpenBLAS and LAPACK, with the fused kernels that run between matrix products.
 *
 * <p>Tensors are native memory. OpenBLAS runs on one thread; {@code Workers} cuts products and
 * loops into tasks. What is no matrix product is computed by plain Java loops that the JVM
 * vectorizes, on arrays into which {@code Staging} copies a few rows at a time.
 */
package io.github.lrfbench.kernels.cpu;
