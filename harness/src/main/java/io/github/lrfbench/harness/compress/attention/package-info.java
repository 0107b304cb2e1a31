/** Queries and keys of an attention replaced together. */
package io.github.lrfbench.harness.compress.attention;
