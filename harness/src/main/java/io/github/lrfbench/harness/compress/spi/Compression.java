package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.Model;
import java.util.List;
import java.util.Map;

/**
 * What a method did.
 *
 * @param replacements new maps by slot name; slots that stay as they are are absent
 * @param layers a report for every slot that it looked at, in their order
 * @param parameters what the method chose or was given beside the budget, for the results
 * @param whole the model where the method made one, because it changed all weights or was done with
 *     one layer before the next; it is to be closed, and what replaces matrices is in it. Else null
 */
public record Compression(
    Map<String, Linear> replacements,
    List<LayerReport> layers,
    Map<String, String> parameters,
    Model whole) {
  /** Of a method that changes matrices only. */
  public Compression(
      Map<String, Linear> replacements, List<LayerReport> layers, Map<String, String> parameters) {
    this(replacements, layers, parameters, null);
  }

  /** The same whose replacements are in a model already. */
  public Compression in(Model made) {
    return new Compression(replacements, layers, parameters, made);
  }

  /**
   * The compressed model; the caller closes it, and before the dense one.
   *
   * @param dense the model that was compressed
   */
  public Model model(Model dense) {
    return whole == null ? dense.with(replacements) : whole;
  }
}
