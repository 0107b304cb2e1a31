/** Contexts, streams and events, and the memory and library handles that belong to streams. */
package io.github.lrfbench.kernels.cuda.stream;
