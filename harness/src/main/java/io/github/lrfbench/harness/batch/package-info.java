/** Grouping of sequences into batches, so that short ones do not pay for long ones. */
package io.github.lrfbench.harness.batch;
