/** The low-rank matrix product y = (x Vᵀ) Uᵀ + b, its costs and its break-even rank. */
package io.github.lrfbench.kernels.lowrank;
