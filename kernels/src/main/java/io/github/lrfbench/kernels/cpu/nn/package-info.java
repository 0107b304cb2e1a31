/** The kernels of transformer networks and of their backward pass, fused between products. */
package io.github.lrfbench.kernels.cpu.nn;
