package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.List;

/**
 * What a model is made of, for who computes its pass in another way than the model itself does. All
 * of it belongs to the model and lives as long.
 *
 * @param input the embeddings
 * @param blocks in order
 * @param normsFirst whether a layer of a block reads normed hidden states and adds to those before
 *     the norm (GPT-2), and not norms the sum (BERT)
 * @param finalNorm after the last block; null for none
 * @param heads of an attention of which none is left out
 * @param causal whether a token sees itself and those before it only
 * @param activation of the feed-forward layers
 * @param predictor from H to V, where a language model has one apart from the word embedding; else
 *     null
 */
public record Transformer(
    InputLayer input,
    List<TransformerBlock> blocks,
    boolean normsFirst,
    Norm finalNorm,
    int heads,
    boolean causal,
    Activation activation,
    Linear predictor) {}
