package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.linear.Basis;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.Sharer;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps a basis one where only some of the maps that share it are replaced: the others then take
 * their places anew beside these, and the first of them counts the basis where the one that did is
 * gone.
 */
final class Sharing {
  /** A map that shares a basis, in the model to be. */
  private record User(LinearSlot slot, Linear map, boolean isNew) {
    Sharer shared() {
      return (Sharer) map.base();
    }
  }

  private Sharing() {}

  /**
   * The replacements with those that they need beside them.
   *
   * @param replacements by slot, not modified
   * @param own owns what is made
   */
  static Map<String, Linear> complete(
      Map<String, Linear> replacements, List<LinearSlot> slots, Scope own) {
    Map<Basis, List<User>> byBasis = new LinkedHashMap<>();
    for (LinearSlot slot : slots) {
      Linear now = replacements.getOrDefault(slot.name(), slot.linear());
      if (now.base() instanceof Sharer shared) {
        // A new adapter alone leaves the map below it where it is.
        User user = new User(slot, now, now.base() != slot.linear().base());
        byBasis.computeIfAbsent(shared.basis(), missing -> new ArrayList<>()).add(user);
      }
    }
    Map<String, Linear> completed = new HashMap<>(replacements);
    byBasis.forEach((basis, users) -> complete(basis, users, own, completed));
    return completed;
  }

  private static void complete(
      Basis basis, List<User> users, Scope own, Map<String, Linear> completed) {
    boolean held =
        users.stream()
            .anyMatch(user -> user.shared().holder() && user.slot().name().equals(basis.module()));
    boolean together = users.stream().map(User::isNew).distinct().count() == 1;
    if (held && together) {
      return;
    }
    Basis kept = held ? basis : basis.copyFor(users.get(0).slot().name(), own);
    for (User user : users) {
      boolean holds = user.slot().name().equals(kept.module());
      Linear placed = user.shared().withBasis(kept, holds);
      completed.put(user.slot().name(), user.map().over(placed, own));
    }
  }
}
