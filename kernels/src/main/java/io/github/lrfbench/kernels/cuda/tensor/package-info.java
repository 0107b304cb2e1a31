/** Tensors in a GPU's memory, how kernels take them, and the GPU as operations see it. */
package io.github.lrfbench.kernels.cuda.tensor;
