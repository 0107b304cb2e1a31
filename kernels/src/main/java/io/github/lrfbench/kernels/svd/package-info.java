/** Truncated singular value decompositions and their error bounds. */
package io.github.lrfbench.kernels.svd;
