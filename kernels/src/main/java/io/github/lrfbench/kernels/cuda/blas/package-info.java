/** Matrix products by cuBLAS, and kernels for what goes over a matrix once. */
package io.github.lrfbench.kernels.cuda.blas;
