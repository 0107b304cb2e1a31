package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LinearGroup;
import io.github.lrfbench.harness.linear.Sharer;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Maps that take the places of others in a model, in the type in which they were computed.
 *
 * @param byName the maps by the names of the model's modules
 * @param own owns their copies
 * @param dtype of the model
 */
public record Replacements(Map<String, Linear> byName, Scope own, DType dtype) {
  /**
   * Replacements in a model; where maps share a basis, all of them are replaced if one is.
   *
   * @param own owns their copies
   * @param dtype of the model
   */
  public static Replacements in(Model model, Map<String, Linear> byName, Scope own, DType dtype) {
    return new Replacements(Sharing.complete(byName, model.slots(), own), own, dtype);
  }

  /**
   * Throws if there is a name that none of a model's modules has.
   *
   * @param model whose slots, tables and layers of the head are known, a language model's head also
   *     where it is the word embedding
   */
  public static void requireKnown(Map<String, Linear> byName, Model model) {
    Set<String> unknown = new HashSet<>(byName.keySet());
    model.slots().forEach(slot -> unknown.remove(slot.name()));
    model.tables().forEach(table -> unknown.remove(table.name()));
    unknown.removeAll(model.headLayers().keySet());
    if (model instanceof CausalModel causal) {
      unknown.remove(causal.headModule());
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("the model has no slots " + unknown);
    }
  }

  /** What takes the place of a map; itself where no replacement has its name. */
  public Linear of(String name, Linear present) {
    Linear replacement = byName.get(name);
    if (replacement == null) {
      return present;
    }
    // Only the adapter is new where it is one beside what is there.
    return replacement.adapter() != null && replacement.base() == present
        ? replacement.over(present, own)
        : replacement.copyTo(own, dtype);
  }

  /** What takes the place of a group; itself where no replacement has the name of a member. */
  public LinearGroup of(List<String> names, LinearGroup present) {
    if (names.stream().noneMatch(byName::containsKey)) {
      return present;
    }
    List<Linear> converted = new ArrayList<>();
    try (Scope scratch = own.device().openScope()) {
      for (int i = 0; i < names.size(); i++) {
        Linear member = byName.getOrDefault(names.get(i), present.members().get(i));
        // One copy of a basis is for all groups.
        Scope owner = member.base() instanceof Sharer ? own : scratch;
        converted.add(member.dtype() == dtype ? member : member.copyTo(owner, dtype));
      }
      return present.with(converted, own);
    }
  }
}
