/**
 * GLUE tasks as records (columns, labels, metric, files), their reader, label maps, scores and
 * prediction files.
 */
package io.github.lrfbench.harness.glue;
