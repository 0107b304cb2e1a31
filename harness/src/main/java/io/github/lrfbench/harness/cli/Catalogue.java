package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Compressor.Takes;
import io.github.lrfbench.harness.compress.spi.Compressors;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.demo.DemoModel;
import io.github.lrfbench.harness.source.Architectures;
import io.github.lrfbench.harness.source.Tasks;
import io.github.lrfbench.kernels.DeviceProvider;
import io.github.lrfbench.kernels.Devices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;

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
    sections.put("methods", Catalogue::methods);
    sections.put("allocations", Catalogue::allocations);
    sections.put("tasks", Catalogue::tasks);
    sections.put("models", Catalogue::models);
    sections.put("devices", Catalogue::devices);
    return new Catalogue(sections);
  }

  private static List<Line> methods() {
    List<Line> lines = new ArrayList<>();
    Compressors.all().forEach(method -> lines.add(method(method)));
    lines.add(
        new Line(
            "A+B",
            "a chain: B works on the model that A made; A++B: B stores what A leaves over; the first"
                + " stage that can meet the budget takes it, or the one marked by @: A+B@"));
    return lines;
  }

  private static Line method(Compressor method) {
    MethodInfo info = method.info();
    String source = info.source().isEmpty() ? "" : " (" + info.source() + ")";
    String needs =
        info.needs().stream()
            .map(need -> need.name().toLowerCase(Locale.ROOT))
            .sorted()
            .collect(Collectors.joining(", "));
    String options =
        info.options().stream()
            .map(option -> option.name() + "=" + option.standard() + " (" + option.values() + ")")
            .collect(Collectors.joining(", "));
    return new Line(
        info.name(),
        info.title()
            + source
            + (method.takes() == Takes.ALL ? "; a stage after others" : "")
            + (needs.isEmpty() ? "" : "; needs " + needs)
            + (info.equivalent().isEmpty() ? "" : "; equals " + info.equivalent())
            + (options.isEmpty() ? "" : "; options " + options));
  }

  private static List<Line> allocations() {
    return Arrays.stream(Policy.values())
        .map(
            policy ->
                new Line(
                    policy.label(),
                    policy.title()
                        + (policy.needsExamples() ? "; needs training examples" : "")
                        + (policy.optionsText().isEmpty()
                            ? ""
                            : "; options " + policy.optionsText())))
        .toList();
  }

  private static List<Line> tasks() {
    return Tasks.all().stream().map(task -> new Line(task.name(), task.description())).toList();
  }

  private static List<Line> models() {
    List<Line> models = new ArrayList<>();
    for (DemoModel demo : DemoModel.values()) {
      models.add(new Line(demo.modelName(), demo.description()));
    }
    models.add(
        new Line(
            "DIR",
            "a Hugging Face directory: "
                + String.join(", ", Architectures.modelTypes())
                + " with a head"));
    models.add(new Line("DIR", "a sentence-transformers directory, for stsb"));
    return models;
  }

  private static List<Line> devices() {
    List<Line> lines = new ArrayList<>();
    for (DeviceProvider provider : Devices.providers()) {
      var availability = provider.availability();
      String prefix = availability.available() ? "" : "not usable: ";
      lines.add(new Line(provider.kind(), prefix + availability.detail()));
      List<String> names = provider.names();
      for (int index = 0; names.size() > 1 && index < names.size(); index++) {
        lines.add(new Line(provider.kind() + ":" + index, names.get(index)));
      }
    }
    return lines;
  }
}
