package io.github.lrfbench.harness.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;

/** What a container (a control group, version 2) may use at most. */
final class ContainerLimits {
  private final Path folder;

  ContainerLimits(Path folder) {
    this.folder = folder;
  }

  static ContainerLimits ofThisProcess() {
    return new ContainerLimits(Path.of("/sys/fs/cgroup"));
  }

  /** Processors, possibly a fraction; empty without a limit. */
  OptionalDouble processors() {
    String[] quotaAndPeriod = read("cpu.max").split(" ");
    return quotaAndPeriod.length == 2 && isNumber(quotaAndPeriod[0]) && isNumber(quotaAndPeriod[1])
        ? OptionalDouble.of(
            Double.parseDouble(quotaAndPeriod[0]) / Double.parseDouble(quotaAndPeriod[1]))
        : OptionalDouble.empty();
  }

  /** Bytes of memory; empty without a limit. */
  OptionalDouble memoryBytes() {
    String bytes = read("memory.max");
    return isNumber(bytes) ? OptionalDouble.of(Double.parseDouble(bytes)) : OptionalDouble.empty();
  }

  private String read(String name) {
    try {
      return Files.readString(folder.resolve(name)).strip();
    } catch (IOException e) {
      // Not in a container, or the container's limits cannot be seen from inside.
      return "";
    }
  }

  private static boolean isNumber(String text) {
    return text.matches("[0-9]+");
  }
}
