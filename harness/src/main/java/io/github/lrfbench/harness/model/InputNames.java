package io.github.lrfbench.harness.model;

/**
 * What checkpoints of a model call the modules of its input layer.
 *
 * @param word the table of words
 * @param position the table of positions
 * @param type the table of token types; null where the model has none
 * @param norm after the sum; null where there is none
 * @param safe the layer over a narrow table, {@link SafeEmbeddings}
 */
public record InputNames(String word, String position, String type, String norm, String safe) {}
