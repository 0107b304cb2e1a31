package io.github.lrfbench.kernels.cuda.nvml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceMonitor;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.DeviceState;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.cuda.emulator.EmulatedNvml;
import io.github.lrfbench.kernels.cuda.emulator.EmulatorTest;
import io.github.lrfbench.kernels.cuda.nvml.Nvml.NvmlException;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Through the real binding, in the place of the driver's library one whose answers are known. */
@EmulatorTest
class CudaNvmlTest {
  private static final String BUS_ID = "0000:00:00.0";
  private static final int NOT_SUPPORTED = 3;
  private static final int NO_PERMISSION = 4;
  private static final int GPU_IS_LOST = 15;

  private final EmulatedNvml nvml = EmulatedNvml.ofNow();
  private final EmulatedNvml old = EmulatedNvml.ofOldDriver();

  @AfterEach
  void reset() {
    nvml.close();
    old.close();
  }

  private DeviceMonitor open() {
    return NvmlMonitor.open(BUS_ID);
  }

  private DeviceMonitor withEnergy() {
    nvml.set("energy", 0);
    return open();
  }

  @Test
  void energyIsReadInMillijoules() {
    DeviceMonitor monitor = withEnergy();
    assertEquals("nvml", monitor.energySource());
    assertEquals(5000, monitor.joules());
    nvml.set("energy_mj", (1L << 40) + 1);
    assertEquals(((1L << 40) + 1) / 1e3, monitor.joules());
  }

  /** The first GPU of NVML is another than CUDA's, as with CUDA_VISIBLE_DEVICES. */
  @Test
  void theDeviceIsFoundByItsAddress() {
    nvml.set("energy", 0).set("used_bytes", 1234567);
    try (Device device = Devices.open("cuda:0", new DeviceOptions(1), line -> {})) {
      assertEquals(5000, device.monitor().joules());
      assertEquals(OptionalLong.of(1234567), device.monitor().state().usedBytes());
    }
    DeviceState first = NvmlMonitor.open("0000:07:00.0").state();
    assertEquals(OptionalLong.of(1), first.usedBytes());
  }

  @Test
  void theStateIsThatOfTheCall() {
    nvml.set("used_bytes", 7L << 30).set("clock_mhz", 1980).set("other_processes", 2);
    DeviceState state = open().state();
    assertEquals(OptionalLong.of(7L << 30), state.usedBytes());
    assertEquals(OptionalLong.of(512 << 20), state.processBytes());
    assertEquals(OptionalDouble.of(1980), state.clockMhz());
    assertEquals(OptionalInt.of(2), state.otherProcesses());
    assertEquals(Set.of(), state.slowdowns());
  }

  /** The values of nvml.h; idleness and clocks that were set are no slowdown. */
  @Test
  void slowdownsAreInWords() {
    DeviceMonitor monitor = open();
    nvml.set("reason_bits", 0x1 | 0x2 | 0x100);
    assertEquals(Set.of(), monitor.state().slowdowns());
    nvml.set("reason_bits", 0x4 | 0x1);
    assertEquals(Set.of("power cap"), monitor.state().slowdowns());
    nvml.set("reason_bits", 0x8 | 0x20 | 0x40 | 0x80 | 0x10);
    assertEquals(
        new TreeSet<>(
            Set.of(
                "hardware slowdown",
                "thermal",
                "hardware thermal",
                "power brake",
                "slower GPU beside it")),
        monitor.state().slowdowns());
  }

  /** In a container NVML may show this process by the number that the host gives it. */
  @Test
  void thisProcessIsNotCountedWhateverItsNumber() {
    nvml.set("own_id", 4_100_000_000L);
    assertEquals(OptionalInt.of(0), open().state().otherProcesses());
    assertEquals(OptionalLong.of(512 << 20), open().state().processBytes());
    nvml.set("other_processes", 1);
    assertEquals(OptionalInt.of(1), open().state().otherProcesses());
    assertEquals(OptionalLong.empty(), open().state().processBytes());
    nvml.set("own_listed", 0).set("other_processes", 0);
    assertEquals(OptionalInt.empty(), open().state().otherProcesses());
  }

  @Test
  void thereMayBeManyProcesses() {
    nvml.set("other_processes", 1000);
    assertEquals(OptionalInt.of(1000), open().state().otherProcesses());
  }

  @Test
  void memoryThatIsNotAvailableIsUnknown() {
    for (long told : new long[] {-1, 0}) {
      nvml.set("own_bytes", told);
      assertEquals(OptionalLong.empty(), open().state().processBytes());
    }
  }

  @Test
  void whatIsNotSupportedIsAbsent() {
    DeviceMonitor monitor = open();
    assertEquals("", monitor.energySource());
    assertTrue(monitor.energyDetail().contains("Not Supported"), monitor.energyDetail());
    assertTrue(Double.isNaN(monitor.joules()));
    for (String function : new String[] {"memory", "clock", "reasons", "processes"}) {
      nvml.set(function, NOT_SUPPORTED);
    }
    assertEquals(DeviceState.UNKNOWN, monitor.state());
    nvml.set("energy", NO_PERMISSION);
    assertTrue(open().energyDetail().contains("Insufficient Permissions"));
  }

  @Test
  void aCounterThatFailsLaterIsNaN() {
    DeviceMonitor monitor = withEnergy();
    nvml.set("energy", GPU_IS_LOST);
    assertTrue(Double.isNaN(monitor.joules()));
  }

  /** The counter of a divided GPU is of all parts, also of those that are not ours. */
  @Test
  void partsOfAGpuHaveNoEnergy() {
    nvml.set("mig", 0).set("mig_mode", 1);
    DeviceMonitor monitor = withEnergy();
    assertEquals("", monitor.energySource());
    assertTrue(monitor.energyDetail().contains("MIG"), monitor.energyDetail());
    nvml.set("mig_mode", 0);
    assertEquals("nvml", open().energySource());
  }

  @Test
  void oldDriversLackFunctions() throws NvmlException {
    old.set("other_processes", 3).set("reason_bits", 0x4).set("clock_mhz", 1200);
    DeviceMonitor monitor = NvmlMonitor.open(old.file(), BUS_ID);
    assertEquals("", monitor.energySource());
    assertTrue(Double.isNaN(monitor.joules()));
    DeviceState state = monitor.state();
    assertEquals(OptionalInt.of(3), state.otherProcesses());
    assertEquals(OptionalLong.of(512 << 20), state.processBytes());
    assertEquals(OptionalDouble.of(1200), state.clockMhz());
    assertEquals(Set.of("power cap"), state.slowdowns());
  }

  @Test
  void whereThereIsNoNvmlTheReasonIsTold() {
    NvmlException missing =
        assertThrows(NvmlException.class, () -> Nvml.load("/nowhere/libnvidia-ml.so.1"));
    assertTrue(missing.getMessage().startsWith("NVML cannot be loaded"), missing.getMessage());
    NvmlException other = assertThrows(NvmlException.class, () -> Nvml.load("libc.so.6"));
    assertTrue(other.getMessage().startsWith("nvmlInit_v2"), other.getMessage());
    nvml.set("init", 18);
    DeviceMonitor monitor = open();
    assertEquals("nvmlInit_v2: Driver/library version mismatch", monitor.energyDetail());
    assertEquals("", monitor.energySource());
    assertTrue(Double.isNaN(monitor.joules()));
    assertEquals(DeviceState.UNKNOWN, monitor.state());
    nvml.set("init", 0);
    assertTrue(NvmlMonitor.open("0000:99:00.0").energyDetail().contains("Not Found"));
    assertEquals("", NvmlMonitor.open("").energySource());
  }
}
