/** Reads files that users hand in, strictly, and says in one line what is wrong with one. */
package io.github.lrfbench.harness.input;
