package io.github.lrfbench.kernels.cuda.nvml;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import io.github.lrfbench.kernels.DeviceMonitor;
import io.github.lrfbench.kernels.DeviceState;
import io.github.lrfbench.kernels.cuda.nvml.ComputeProcesses.Entry;
import io.github.lrfbench.kernels.cuda.nvml.Nvml.NvmlException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedSet;

/** Asks NVML of one GPU. */
public final class NvmlMonitor implements DeviceMonitor {
  private static final String SOURCE = "nvml";
  private static final String ENERGY = "nvmlDeviceGetTotalEnergyConsumption";
  private static final double MILLIJOULES = 1e3;

  private static final int MULTIPROCESSOR_CLOCK = 1;
  private static final int DIVIDED = 1;

  /** The bytes of nvmlMemory_t: total, free and used, each a long. */
  private static final int MEMORY_BYTES = 24;

  private static final int USED_OFFSET = 16;

  private final Nvml nvml;
  private final Pointer device;
  private final boolean countsEnergy;
  private final String energyDetail;

  private NvmlMonitor(Nvml nvml, Pointer device) {
    this.nvml = nvml;
    this.device = device;
    IntByReference mode = new IntByReference();
    boolean divided =
        nvml.call("nvmlDeviceGetMigMode", device, mode, new IntByReference()) == Nvml.SUCCESS
            && mode.getValue() == DIVIDED;
    int result = nvml.call(ENERGY, device, new LongByReference());
    countsEnergy = result == Nvml.SUCCESS && !divided;
    if (divided) {
      energyDetail = "the GPU is divided (MIG), and its counter is of all parts together";
    } else if (countsEnergy) {
      energyDetail = "the whole GPU's energy by NVML, without that of the machine around it";
    } else {
      energyDetail = ENERGY + ": " + nvml.describe(result) + "; it takes Volta or newer";
    }
  }

  /**
   * The monitor of a GPU.
   *
   * @param pciBusId where it sits, such as {@code 0000:3b:00.0}
   * @return one that tells nothing but why, where there is no NVML or it does not know the GPU
   */
  public static DeviceMonitor open(String pciBusId) {
    try {
      Nvml nvml = Nvml.load();
      return new NvmlMonitor(nvml, nvml.device(pciBusId));
    } catch (NvmlException e) {
      return new Absent(e.getMessage());
    }
  }

  /** One that asks a certain library. */
  static DeviceMonitor open(String file, String pciBusId) throws NvmlException {
    Nvml nvml = Nvml.load(file);
    return new NvmlMonitor(nvml, nvml.device(pciBusId));
  }

  @Override
  public String energySource() {
    return countsEnergy ? SOURCE : "";
  }

  @Override
  public String energyDetail() {
    return energyDetail;
  }

  @Override
  public double joules() {
    LongByReference millijoules = new LongByReference();
    return countsEnergy && nvml.call(ENERGY, device, millijoules) == Nvml.SUCCESS
        ? millijoules.getValue() / MILLIJOULES
        : Double.NaN;
  }

  @Override
  public DeviceState state() {
    Optional<List<Entry>> processes = ComputeProcesses.list(nvml, device);
    return new DeviceState(
        usedBytes(),
        processes.map(ComputeProcesses::ownBytes).orElse(OptionalLong.empty()),
        clockMhz(),
        slowdowns(),
        processes.map(ComputeProcesses::others).orElse(OptionalInt.empty()),
        OptionalDouble.empty());
  }

  private OptionalLong usedBytes() {
    try (Memory memory = new Memory(MEMORY_BYTES)) {
      return nvml.call("nvmlDeviceGetMemoryInfo", device, memory) == Nvml.SUCCESS
          ? OptionalLong.of(memory.getLong(USED_OFFSET))
          : OptionalLong.empty();
    }
  }

  private OptionalDouble clockMhz() {
    IntByReference clock = new IntByReference();
    return nvml.call("nvmlDeviceGetClockInfo", device, MULTIPROCESSOR_CLOCK, clock) == Nvml.SUCCESS
        ? OptionalDouble.of(clock.getValue())
        : OptionalDouble.empty();
  }

  private SortedSet<String> slowdowns() {
    LongByReference reasons = new LongByReference();
    int result = nvml.call("nvmlDeviceGetCurrentClocksEventReasons", device, reasons);
    if (result == Nvml.FUNCTION_NOT_FOUND) {
      // Its name before driver 535.
      result = nvml.call("nvmlDeviceGetCurrentClocksThrottleReasons", device, reasons);
    }
    return Slowdown.words(result == Nvml.SUCCESS ? reasons.getValue() : 0);
  }

  /** Of a GPU that NVML cannot be asked of. */
  private record Absent(String energyDetail) implements DeviceMonitor {
    @Override
    public String energySource() {
      return "";
    }

    @Override
    public double joules() {
      return Double.NaN;
    }

    @Override
    public DeviceState state() {
      return DeviceState.UNKNOWN;
    }
  }
}
