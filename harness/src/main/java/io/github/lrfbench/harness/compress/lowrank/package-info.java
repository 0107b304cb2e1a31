/**
 * What all methods share that replace a matrix by two factors: matrices are decomposed once, cut to
 * ranks, and the results measured alike.
 */
package io.github.lrfbench.harness.compress.lowrank;
