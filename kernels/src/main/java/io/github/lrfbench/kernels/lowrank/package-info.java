/** The low-rank matrix product y = (x V) Uᵀ + b, its costs and its break-even rank. */
package io.github.lrfbench.kernels.lowrank;
