/** From a budget to a rank for every matrix. */
package io.github.lrfbench.harness.budget;
