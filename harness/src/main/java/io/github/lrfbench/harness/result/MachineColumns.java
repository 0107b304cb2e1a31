package io.github.lrfbench.harness.result;

/** What the cell ran on and by what program. Columns of {@code runs.csv}. */
public final class MachineColumns {
  public static final Column<String> DEVICE =
      Column.text("device", "The device as it is named on the command line.");

  public static final Column<String> DEVICE_NAME =
      Column.text("device_name", "The device as its maker names it.");

  public static final Column<String> DTYPE =
      Column.text("dtype", "Type of the numbers computed with: fp32, tf32, fp16, bf16, int8.");

  public static final Column<Long> THREADS =
      Column.integer("threads", "", "Host threads used by kernels.");

  public static final Column<String> VERSION = Column.text("version", "Version of LRF-Bench.");

  public static final Column<String> GIT_COMMIT =
      Column.text(
          "git_commit",
          "Commit of LRF-Bench; -dirty is appended if files differed from it; unknown if neither checkout nor build told.");

  public static final Column<String> JAVA_VERSION =
      Column.text("java_version", "Version of the Java runtime.");

  public static final Column<String> CUDA_VERSION =
      Column.text("cuda_version", "Version of the CUDA libraries.");

  public static final Column<String> DRIVER_VERSION =
      Column.text("driver_version", "Version of the GPU driver.");

  public static final Column<String> HOST = Column.text("host", "Name of the machine.");

  public static final Column<Long> DEVICE_MEMORY_BYTES =
      Column.integer(
          "device_memory_bytes",
          "B",
          "Memory in use on the GPU while the model was timed, by all processes and the driver; "
              + "device_memory_bytes_process in extra is this process's part. Empty on the "
              + "processor, or if NVML does not tell.");

  public static final Column<Double> LOAD_AVERAGE =
      Column.number(
          "load_average",
          "",
          "Processors that other work kept busy on average while the model was timed: the time "
              + "of all processors that was not idle (stolen by other virtual machines included), "
              + "minus this process's own and that of a peer's, / the time that passed. Empty if the "
              + "system does not tell.");

  public static final Column<Double> CLOCK_MHZ =
      Column.number(
          "clock_mhz",
          "MHz",
          "Clock at the end of the throughput calls: of the GPU's multiprocessors, or the "
              + "highest of the processors, in virtual machines often just a nominal one. Empty "
              + "if not known.");

  public static final Column<String> THROTTLED =
      Column.text(
          "throttled",
          "What slowed the device down, in words: of a GPU seen in a call after the latency and "
              + "one after the throughput calls, of a processor counted all the while. Empty if "
              + "nothing was seen, and where the system does not tell.");

  public static final Column<Long> FOREIGN_PROCESSES =
      Column.integer(
          "foreign_processes",
          "",
          "Other processes that held a compute context on the GPU while the model was timed; in "
              + "a container there may be more that the driver does not show. Empty on the "
              + "processor, or if NVML does not tell.");

  public static final Column<Double> HANDOVER_NS =
      Column.number(
          "handover_ns",
          "ns",
          "Time in which a thread of the processor's team reads what another wrote: the largest of "
              + "what was found before the model was timed, after the latency and after the "
              + "throughput calls, each time with the slowest of at most seven threads beside the "
              + "calling one. Some 30 to 60 where they share a cache, several times that where they "
              + "do not, which makes times longer, of small and compressed models most. Empty on "
              + "the GPU, for one thread or more than there are processors, where other work kept "
              + "the threads apart, and in rows of schemas below 6.");

  private MachineColumns() {}

  /** The kind of a device by its id: {@code cuda} of {@code cuda:1}. */
  public static String kind(String device) {
    return device.replaceFirst(":.*", "");
  }
}
