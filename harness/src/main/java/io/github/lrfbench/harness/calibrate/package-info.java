/** Statistics of a model on calibration data: moments of activations and Fisher information. */
package io.github.lrfbench.harness.calibrate;
