/** Shares one budget out among matrices: from their spectra, shapes and costs to their ranks. */
package io.github.lrfbench.harness.budget.allocate;
