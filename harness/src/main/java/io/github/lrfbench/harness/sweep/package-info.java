/** A grid of cells: expanded, run one after the other, each written as a row when it is done. */
package io.github.lrfbench.harness.sweep;
