package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearGroup;

/**
 * What a block is made of: attention and feed-forward layer.
 *
 * @param attentionNorm of the attention
 * @param projections query, key and value, H to 3 A, A being H or the width of fewer heads: three
 *     maps, or one whose outputs they are in this order
 * @param scoreScale by what the scores of the attention are multiplied
 * @param attentionOutput A to H
 * @param outputNorm of the feed-forward layer
 * @param intermediate H to I
 * @param output I to H
 */
public record TransformerBlock(
    Norm attentionNorm,
    LinearGroup projections,
    double scoreScale,
    Linear attentionOutput,
    Norm outputNorm,
    Linear intermediate,
    Linear output) {}
