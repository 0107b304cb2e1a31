/**
 * Reads files that users hand in, strictly, and says in one line what is wrong with one; writes
 * those they ask for whole or not at all.
 */
package io.github.lrfbench.harness.input;
