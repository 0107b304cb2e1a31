/** Shares a budget out among a model's matrices by the policy that the user names. */
package io.github.lrfbench.harness.compress.allocate;
