/** NVIDIA's management library: what a GPU tells of its energy, clocks and users. */
package io.github.lrfbench.kernels.cuda.nvml;
