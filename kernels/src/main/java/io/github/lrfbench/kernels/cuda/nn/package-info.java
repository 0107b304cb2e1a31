/** Launches of the kernels of transformer networks and of their backward pass. */
package io.github.lrfbench.kernels.cuda.nn;
