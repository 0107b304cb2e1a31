/** Budgets, and the operating points of a matrix that they choose from. */
package io.github.lrfbench.harness.budget;
