package io.github.lrfbench.harness.sweep;

import com.sun.management.OperatingSystemMXBean;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A cell that ran out of memory. Its row keeps this in {@code extra}, so that later runs know.
 *
 * @param cellId the cell
 * @param need of the step that failed
 * @param heapBytes the most that Java's heap could have had
 * @param memoryBytes of the machine, or of the container
 */
record MemoryFailure(String cellId, MemoryNeed need, long heapBytes, long memoryBytes) {
  private static final String KEY = "out_of_memory";

  /** A failure in this process. */
  static MemoryFailure now(String cellId, MemoryNeed need) {
    return new MemoryFailure(cellId, need, heap(), memory());
  }

  /** Whether this process has no more memory than there was then. */
  boolean stillHolds() {
    return heap() <= heapBytes && memory() <= memoryBytes;
  }

  /** What the row keeps. */
  Map<String, Object> extra() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("step", need.step().name().toLowerCase(Locale.ROOT));
    values.put("same", need.same());
    values.put("keep", need.keep());
    values.put("batch", need.batch());
    values.put("tokens", need.tokens());
    values.put("heap_bytes", heapBytes);
    values.put("memory_bytes", memoryBytes);
    return Map.of(KEY, values);
  }

  /** What a row keeps; nothing if its cell did not run out of memory. */
  static Optional<MemoryFailure> of(RunRow row) {
    Map<String, Object> extra = row.get(RunColumns.EXTRA);
    if (extra == null || !(extra.get(KEY) instanceof Map<?, ?> values)) {
      return Optional.empty();
    }
    try {
      MemoryNeed need =
          new MemoryNeed(
              MemoryNeed.Step.valueOf(text(values, "step").toUpperCase(Locale.ROOT)),
              text(values, "same"),
              number(values, "keep").doubleValue(),
              number(values, "batch").longValue(),
              number(values, "tokens").longValue());
      return Optional.of(
          new MemoryFailure(
              row.get(RunColumns.CELL_ID),
              need,
              number(values, "heap_bytes").longValue(),
              number(values, "memory_bytes").longValue()));
    } catch (IllegalArgumentException e) {
      // Of another version or edited: then the cell is run again.
      return Optional.empty();
    }
  }

  private static String text(Map<?, ?> values, String key) {
    return String.valueOf(values.get(key));
  }

  private static Number number(Map<?, ?> values, String key) {
    if (values.get(key) instanceof Number number) {
      return number;
    }
    throw new IllegalArgumentException(key + " is no number");
  }

  private static long heap() {
    return Runtime.getRuntime().maxMemory();
  }

  /** Bytes of this machine, or of the container. */
  static long memory() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }
}
