/** The device over JCuda: memory, streams, cuBLAS, cuSOLVER and our own kernels. */
package io.github.lrfbench.kernels.cuda;
