/**
 * Heads: that of a classifier, solved in closed form on the hidden states of training examples, and
 * that of a language model, as two factors or in full for the likeliest words only.
 */
package io.github.lrfbench.harness.compress.head;
