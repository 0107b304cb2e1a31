/**
 * What every device promises: one abstract test class per interface, inherited by the tests of each
 * device, and the slow double-precision references that they compare with.
 */
package io.github.lrfbench.kernels.contract;
