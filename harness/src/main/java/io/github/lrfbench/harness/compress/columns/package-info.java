/**
 * Methods that keep some of a matrix's own columns or rows, or read some of its inputs, and predict
 * the others from them.
 */
package io.github.lrfbench.harness.compress.columns;
