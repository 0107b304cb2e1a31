/** The table of word embeddings in a smaller form. */
package io.github.lrfbench.harness.compress.embedding;
