package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
  @Test
  void thePeakIsReadFromTheStatusFile() {
    String status = "Name:\tjava\nVmPeak:\t 9999 kB\nVmHWM:\t  123456 kB\nVmRSS:\t 77 kB\n";
    assertEquals(OptionalLong.of(123456L * 1024), ProcessMemory.peakBytes(status));
  }

  @Test
  void otherTextHasNoPeak() {
    assertEquals(OptionalLong.empty(), ProcessMemory.peakBytes(""));
    assertEquals(OptionalLong.empty(), ProcessMemory.peakBytes("VmHWM:\t much kB\n"));
  }

  @Test
  void aRunningJvmUsesMemory() {
    OptionalLong peak = ProcessMemory.peakBytes();
    assumeTrue(peak.isPresent(), "this system has no /proc/self/status");
    assertTrue(peak.getAsLong() > 10_000_000);
  }

  @Test
  void thePeakCanBeReset() {
    long before = ProcessMemory.peakBytes().orElse(0);
    assumeTrue(ProcessMemory.resetPeak(), "this system does not reset the peak");
    assertTrue(ProcessMemory.peakBytes().orElseThrow() <= before + (64L << 20));
  }
}
