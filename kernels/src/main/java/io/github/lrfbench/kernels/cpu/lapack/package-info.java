/** Decompositions by LAPACK, and by methods of our own where these are faster. */
package io.github.lrfbench.kernels.cpu.lapack;
