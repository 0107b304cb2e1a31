package io.github.lrfbench.harness.cli;

import io.github.lrfbench.kernels.Devices;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What {@code list} can list.
 *
 * @param sections by name; each gives its lines when it is asked for
 */
record Catalogue(Map<String, Supplier<List<Line>>> sections) {
  /**
   * One thing in a list.
   *
   * @param name as the user types it
   * @param description one line
   */
  record Line(String name, String description) {}

  /** Everything there is. */
  static Catalogue standard() {
    Map<String, Supplier<List<Line>>> sections = new LinkedHashMap<>();
    sections.put("devices", Catalogue::devices);
    return new Catalogue(sections);
  }

  private static List<Line> devices() {
    return Devices.providers().stream()
        .map(
            provider -> {
              var availability = provider.availability();
              String prefix = availability.available() ? "" : "not usable: ";
              return new Line(provider.kind(), prefix + availability.detail());
            })
        .toList();
  }
}
