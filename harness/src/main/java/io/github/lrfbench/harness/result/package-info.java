/**
 * Result rows and the files they lie in: the schema of {@code runs.csv} and {@code layers.csv},
 * their writer and reader, the provenance in {@code run.json}, and the output directory.
 *
 * <p>The files are tidy: one observation a row, one variable a column, the unit in the name.
 */
package io.github.lrfbench.harness.result;
