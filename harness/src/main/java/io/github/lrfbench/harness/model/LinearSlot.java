package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.linear.Linear;

/**
 * A matrix of a model that compression may replace.
 *
 * @param name the checkpoint's name of the module, {@code
 *     bert.encoder.layer.0.attention.self.query}
 * @param layer number of the block it belongs to, from 0
 * @param role what it does in every block: {@code query}, {@code intermediate}
 * @param linear the map that is in the slot now
 */
public record LinearSlot(String name, int layer, String role, Linear linear) {}
