package io.github.lrfbench.kernels.cuda;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.cuda.driver.CudaLibrary;
import io.github.lrfbench.kernels.cuda.module.Nvrtc;
import io.github.lrfbench.kernels.cuda.stream.DeviceProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.JCudaVersion;
import jcuda.driver.JCudaDriver;

/** Which driver and which of CUDA's libraries a GPU is used with. */
final class CudaSoftware {
  /** Where the kernel's part of the driver tells its version. */
  private static final Path DRIVER = Path.of("/proc/driver/nvidia/version");

  private static final Pattern DRIVER_VERSION = Pattern.compile("\\b\\d+\\.\\d+(?:\\.\\d+)*\\b");

  private CudaSoftware() {}

  static Map<String, String> describe(DeviceProperties properties) {
    Map<String, String> software = new LinkedHashMap<>();
    String api = apiVersion();
    software.put("driver", driverVersion(DRIVER, "CUDA " + api));
    software.put("driver_cuda", api);
    software.put("cuda", Nvrtc.load().version());
    software.put("jcuda", JCudaVersion.get());
    software.put("compute_capability", properties.major() + "." + properties.minor());
    for (CudaLibrary library : CudaLibrary.values()) {
      // Links have short names; what they lead to tells the whole version.
      library
          .loadedFrom()
          .ifPresent(
              file ->
                  software.put("lib" + library.name().toLowerCase(Locale.ROOT), file.toString()));
    }
    return software;
  }

  /**
   * The driver's own version, such as 550.54.15.
   *
   * @param orElse where the system does not tell it
   */
  static String driverVersion(Path file, String orElse) {
    try {
      Matcher version = DRIVER_VERSION.matcher(Files.readString(file));
      return version.find() ? version.group() : orElse;
    } catch (IOException e) {
      return orElse;
    }
  }

  /** The newest CUDA that the driver knows, such as 12.6. */
  private static String apiVersion() {
    int[] version = new int[1];
    checkDriver(JCudaDriver.cuDriverGetVersion(version), "cuDriverGetVersion");
    return version[0] / 1000 + "." + version[0] % 1000 / 10;
  }
}
