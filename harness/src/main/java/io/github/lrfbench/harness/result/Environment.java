package io.github.lrfbench.harness.result;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The machine, the Java runtime and the settings that a run was made with. */
public final class Environment {
  /** Variables that change what is computed, where, or how fast. */
  private static final Pattern RELEVANT =
      Pattern.compile(
          "(LRFBENCH|HF|OMP|OPENBLAS|MKL|GOTO|CUDA|NVIDIA|SLURM)_.*"
              + "|JOB_COMPLETION_INDEX|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|LD_LIBRARY_PATH|LD_PRELOAD");

  private static final String SECRETS =
      "token|key|secret|passw|passphrase|pwd|jwt|credential|auth|cookie|proxy\\w*user";

  private static final Pattern SECRET = Pattern.compile("(?i).*(" + SECRETS + ").*");

  /** A property up to the next, so that a value with blanks is hidden too. */
  private static final Pattern SECRET_PROPERTY =
      Pattern.compile("(?i)(-D[^=\\s]*(?:" + SECRETS + ")[^=\\s]*=)(?:(?! -)[\\s\\S])+");

  private Environment() {}

  /** Of this process, in the order to print. */
  public static Map<String, Object> current() {
    Map<String, Object> values = new LinkedHashMap<>();
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    Runtime runtime = Runtime.getRuntime();
    values.put("os", property("os.name") + " " + property("os.version"));
    values.put("architecture", property("os.arch"));
    values.put("processors", runtime.availableProcessors());
    values.put("memory_bytes", system.getTotalMemorySize());
    values.put("java_vendor", property("java.vendor"));
    values.put("java_vm", property("java.vm.name"));
    values.put("java_options", options());
    values.put("java_heap_bytes", runtime.maxMemory());
    values.put("variables", variables(System.getenv()));
    return values;
  }

  private static List<String> options() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .map(Environment::withoutSecrets)
        .toList();
  }

  /** Those of the variables that matter to a run, by name; values that are secret are not told. */
  static Map<String, String> variables(Map<String, String> environment) {
    Map<String, String> relevant = new TreeMap<>();
    environment.forEach(
        (name, value) -> {
          if (RELEVANT.matcher(name).matches()) {
            relevant.put(name, SECRET.matcher(name).matches() ? "(set)" : withoutSecrets(value));
          }
        });
    return relevant;
  }

  /** Addresses may hold a user's name and password, and so may Java's properties. */
  static String withoutSecrets(String value) {
    String addresses = value.replaceAll("://\\S*@", "://(hidden)@");
    return SECRET_PROPERTY.matcher(addresses).replaceAll("$1(set)");
  }

  private static String property(String name) {
    return System.getProperty(name);
  }
}
