/**
 * Smaller widths between two matrices of a block: neurons of feed-forward layers, dimensions of
 * values and heads, which leave ordinary smaller matrices and no second product.
 */
package io.github.lrfbench.harness.compress.structure;
