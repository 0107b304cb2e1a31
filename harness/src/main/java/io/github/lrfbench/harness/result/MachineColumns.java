package io.github.lrfbench.harness.result;

/** What the cell ran on and by what program. Columns of {@code runs.csv}. */
public final class MachineColumns {
  public static final Column<String> DEVICE =
      Column.text("device", "The device as it is named on the command line.");

  public static final Column<String> DEVICE_NAME =
      Column.text("device_name", "The device as its maker names it.");

  public static final Column<String> DTYPE =
      Column.text("dtype", "Type of the numbers computed with: fp32, tf32, fp16, bf16.");

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

  private MachineColumns() {}
}
