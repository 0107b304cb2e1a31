package io.github.lrfbench.kernels.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The processor's model name, where the system tells it. Virtual machines may tell a maker's whole
 * line for it ("AMD EPYC"), generations of which differ by half in speed: family and model are said
 * beside a name without a number.
 */
final class ProcessorName {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private ProcessorName() {}

  static String read() {
    return read(CPUINFO);
  }

  /** The name that a file like {@code /proc/cpuinfo} tells of its first processor. */
  static String read(Path cpuinfo) {
    try (Stream<String> lines = Files.lines(cpuinfo)) {
      // The others follow behind empty lines; a large machine takes long to tell of all.
      return name(lines.takeWhile(line -> !line.isBlank()).toList());
    } catch (IOException e) {
      return architecture();
    }
  }

  private static String name(List<String> lines) {
    Map<String, String> fields = new HashMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon >= 0) {
        fields.putIfAbsent(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
      }
    }
    String name = fields.getOrDefault("model name", "");
    String family = fields.get("cpu family");
    String model = fields.get("model");
    if (name.isEmpty()) {
      return architecture();
    }
    boolean numbered = name.chars().anyMatch(Character::isDigit);
    return numbered || family == null || model == null
        ? name
        : name + " (family " + family + " model " + model + ")";
  }

  private static String architecture() {
    return System.getProperty("os.arch");
  }
}
