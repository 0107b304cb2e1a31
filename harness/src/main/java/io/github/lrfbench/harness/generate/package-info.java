/** Continues texts with a language model: greedily, by sampling, or by beam search. */
package io.github.lrfbench.harness.generate;
