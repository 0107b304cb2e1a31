package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.result.MachineColumns;
import io.github.lrfbench.kernels.InputException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The devices of a sweep. Kinds are an axis of its grid: a cell on the processor is another than on
 * a GPU, and they run one after the other, since a GPU is driven by the processor. GPUs are none:
 * they share the cells out among them.
 */
final class DeviceKinds {
  private static final String SEPARATOR = ",";

  private DeviceKinds() {}

  /**
   * The devices of each kind, joined by commas.
   *
   * @param ids {@code auto} alone, or devices each of which is named once
   * @throws InputException if one is named twice, or {@code auto} stands among others
   */
  static List<String> of(List<String> ids) {
    if (ids.size() > 1 && ids.contains("auto")) {
      throw new InputException("--device auto is one device; name each where there are several");
    }
    Set<String> known = new HashSet<>();
    Map<String, String> byKind = new LinkedHashMap<>();
    for (String id : ids) {
      if (!known.add(full(id))) {
        throw new InputException(
            "--device " + String.join(SEPARATOR, ids) + " names " + id + " twice");
      }
      byKind.merge(MachineColumns.kind(id), id, (before, next) -> before + SEPARATOR + next);
    }
    return List.copyOf(byKind.values());
  }

  /** The one name of a device with its number, {@code cuda:0} for {@code cuda}. */
  static String full(String id) {
    String[] parts = id.split(":", 2);
    try {
      return parts[0] + ":" + (parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
    } catch (NumberFormatException e) {
      // Refused where it is opened.
      return id;
    }
  }
}
