/**
 * Arithmetic on the rows of matrices by plain Java loops that the JVM vectorizes, on arrays into
 * which {@code Staging} copies a few rows at a time.
 */
package io.github.lrfbench.kernels.cpu.rows;
