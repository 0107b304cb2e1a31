/**
 * Clocks, stop rule, latency statistics, energy, memory of the process, and what else goes on on
 * the machine. Measuring returns records; printing them is somebody else's business.
 */
package io.github.lrfbench.harness.measure;
