/**
 * Low-rank approximation where every element of the matrix has a weight of its own: the problem,
 * the ways to solve it, and the methods that use them.
 */
package io.github.lrfbench.harness.compress.lowrank.elementwise;
