package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.linear.Linear;
import java.util.List;
import java.util.Map;

/**
 * What a method did.
 *
 * @param replacements new maps by slot name; slots that stay dense are absent
 * @param layers one report for every requested slot, in their order
 * @param parameters what the method chose or was given beside the budget, for the results
 */
public record Compression(
    Map<String, Linear> replacements, List<LayerReport> layers, Map<String, String> parameters) {}
