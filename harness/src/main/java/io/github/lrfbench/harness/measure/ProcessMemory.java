package io.github.lrfbench.harness.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Resident memory of this process, heap, natives and mapped files alike, as Linux counts it. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR_REFS = Path.of("/proc/self/clear_refs");
  private static final Pattern PEAK = Pattern.compile("(?m)^VmHWM:\\s+(\\d{1,15}) kB$");
  private static final long BYTES_PER_KILOBYTE = 1024;

  private ProcessMemory() {}

  /** The most that was ever resident, in bytes; empty on other systems. */
  public static OptionalLong peakBytes() {
    try {
      return peakBytes(Files.readString(STATUS));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * Forgets the peak: from now on it counts from the memory in use.
   *
   * @return false if the system does not allow it; the peak then stays that of the whole run
   */
  public static boolean resetPeak() {
    try {
      Files.writeString(CLEAR_REFS, "5", StandardOpenOption.WRITE);
      return true;
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** The peak from the text of a status file. */
  static OptionalLong peakBytes(String status) {
    Matcher matcher = PEAK.matcher(status);
    return matcher.find()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)) * BYTES_PER_KILOBYTE)
        : OptionalLong.empty();
  }
}
