/**
 * Early exit: classifiers after every block, their training, and inference that stops at the first
 * one that a policy trusts.
 */
package io.github.lrfbench.harness.exits;
