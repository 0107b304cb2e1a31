/** The gradients that data-parallel workers exchange in a step of training, compressed or not. */
package io.github.lrfbench.harness.exchange;
