/** Native memory of the CPU device, kept for the next request, and the tensors in it. */
package io.github.lrfbench.kernels.cpu.memory;
