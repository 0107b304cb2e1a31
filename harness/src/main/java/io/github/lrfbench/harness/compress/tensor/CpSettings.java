package io.github.lrfbench.harness.compress.tensor;

/**
 * How a CP decomposition is searched.
 *
 * @param sweeps over all factors, at most
 * @param tolerance the change of the squared error in a sweep, as a part of the tensor's energy,
 *     below which it ends
 * @param restarts from random factors beside the start from the HOSVD
 * @param ridge μ of the mean diagonal; at 0 it is not raised either
 * @param sampled whether least squares problems are sampled
 * @param seed of what is drawn
 */
record CpSettings(
    int sweeps, double tolerance, int restarts, double ridge, boolean sampled, long seed) {}
