package io.github.lrfbench.harness.model.gpt2;

/**
 * Rates of dropout in training.
 *
 * @param embedding of the sum of the embeddings
 * @param attention of the attention's probabilities
 * @param residual of what is added to the hidden states
 */
public record DropoutRates(double embedding, double attention, double residual) {}
