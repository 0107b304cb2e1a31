/** The CUDA driver and CUDA's libraries: found, loaded, and called with every answer checked. */
package io.github.lrfbench.kernels.cuda.driver;
