/**
 * Clocks, stop rule, latency statistics and memory of the process. Measuring returns records;
 * printing them is somebody else's business.
 */
package io.github.lrfbench.harness.measure;
