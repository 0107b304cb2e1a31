/**
 * A cost model: what a model takes by its shapes, and how long it would by the roofline of a
 * device.
 */
package io.github.lrfbench.harness.estimate;
