/** The device over JCuda: the entry to all below, and work captured as CUDA graphs. */
package io.github.lrfbench.kernels.cuda;
