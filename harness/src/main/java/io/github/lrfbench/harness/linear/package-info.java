/**
 * Linear maps y = W x + b in the forms that compression gives them: forward pass, counts, and the
 * matrix itself.
 */
package io.github.lrfbench.harness.linear;
