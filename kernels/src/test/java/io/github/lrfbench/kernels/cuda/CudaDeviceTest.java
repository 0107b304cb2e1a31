package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.contract.DeviceContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cuda")
class CudaDeviceTest extends DeviceContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cuda");
  }

  @Test
  void theRecordNamesDriverCompilerAndLibraries(@TempDir Path folder) throws IOException {
    Map<String, String> software;
    try (Device device = openDevice()) {
      software = device.software();
    }
    assertTrue(software.get("cuda").matches("\\d+\\.\\d+"), software.toString());
    assertTrue(
        software.keySet().containsAll(Set.of("driver", "libdriver", "libnvrtc", "jcuda")),
        software.toString());
    Path version =
        Files.writeString(
            folder.resolve("version"),
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n");
    assertEquals("550.54.15", CudaSoftware.driverVersion(version, "other"));
    assertEquals("other", CudaSoftware.driverVersion(folder.resolve("none"), "other"));
  }
}
