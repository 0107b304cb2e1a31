package io.github.lrfbench.harness.model.bert;

/**
 * Rates of dropout in training.
 *
 * @param hidden after the embeddings, the attention's output and the feed-forward layer
 * @param attention of the attention's probabilities
 * @param classifier before the classifier
 */
public record DropoutRates(double hidden, double attention, double classifier) {}
