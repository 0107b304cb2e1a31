/** The low-rank product in one kernel, and when that is faster than two products. */
package io.github.lrfbench.kernels.cuda.lowrank;
