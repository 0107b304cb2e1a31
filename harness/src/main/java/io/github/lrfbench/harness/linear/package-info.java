/**
 * Linear maps y = W x + b in the forms that compression gives them: forward pass, counts, the
 * matrix itself, and the list of formats in which checkpoints keep them.
 */
package io.github.lrfbench.harness.linear;
