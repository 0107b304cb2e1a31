package io.github.lrfbench.harness.cli.doctor;

import com.sun.management.OperatingSystemMXBean;
import io.github.lrfbench.harness.cli.Natives;
import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.kernels.InputException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Looks at everything but the devices. */
final class MachineChecks {
  private static final double GIB = 1L << 30;

  private MachineChecks() {}

  static Finding java() {
    return Finding.good(
        "java",
        Runtime.version()
            + ", "
            + System.getProperty("java.vm.name")
            + ", heap of at most "
            + gib(Runtime.getRuntime().maxMemory()));
  }

  static Finding system() {
    return Finding.good(
        "system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch")
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors"
            + limit(ContainerLimits.ofThisProcess().processors(), "%.1f"));
  }

  static Finding memory() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return Finding.good(
        "memory",
        gib(system.getTotalMemorySize())
            + ", "
            + gib(system.getFreeMemorySize())
            + " free"
            + limit(ContainerLimits.ofThisProcess().memoryBytes(), "%.0f bytes"));
  }

  /** The variables that change what the program does; secrets are not printed. */
  static Finding environment(Map<String, String> variables) {
    String set =
        variables.entrySet().stream()
            .filter(entry -> entry.getKey().matches("(LRFBENCH|HF)_.*|CUDA_VISIBLE_DEVICES"))
            .sorted(Map.Entry.comparingByKey())
            .map(
                entry ->
                    entry.getKey()
                        + "="
                        + (entry.getKey().contains("TOKEN") ? "(set)" : entry.getValue()))
            .collect(Collectors.joining(" "));
    return Finding.good("environment", set.isEmpty() ? "nothing set" : set);
  }

  static Finding cache() {
    Path folder = Natives.cacheFolder();
    try {
      OutputDirectory.prepare(folder);
      // Not by a FileStore, which is not found where a folder's mount is not listed.
      long free = folder.toFile().getUsableSpace();
      return Finding.good("cache", folder + ", " + gib(free) + " free");
    } catch (InputException e) {
      return Finding.bad("cache", e.getMessage() + "; set LRFBENCH_CACHE");
    }
  }

  private static String limit(OptionalDouble limit, String format) {
    return limit.isEmpty()
        ? ""
        : String.format(Locale.ROOT, ", container limit " + format, limit.getAsDouble());
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / GIB);
  }
}
