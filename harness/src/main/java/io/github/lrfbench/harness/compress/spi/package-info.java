/**
 * What a compression method sees: the model and its statistics, the budget, its options; and what
 * it answers.
 */
package io.github.lrfbench.harness.compress.spi;
