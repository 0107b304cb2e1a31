package io.github.lrfbench.harness.compress.lowrank.elementwise;

/**
 * When to stop.
 *
 * @param steps the most
 * @param tolerance part of J below which the decrease of one step counts as none; negative never to
 *     stop early
 */
record Effort(int steps, double tolerance) {}
