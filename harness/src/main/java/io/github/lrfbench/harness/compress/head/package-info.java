/** The head of a classifier, solved in closed form on the hidden states of training examples. */
package io.github.lrfbench.harness.compress.head;
