/** Rank reduction of single matrices where a search finds that it helps. */
package io.github.lrfbench.harness.compress.laser;
