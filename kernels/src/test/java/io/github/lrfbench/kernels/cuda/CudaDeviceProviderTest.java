package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.DeviceProvider;
import io.github.lrfbench.kernels.DeviceProvider.Availability;
import io.github.lrfbench.kernels.DeviceProvider.Part;
import io.github.lrfbench.kernels.Devices;
import java.util.List;
import org.junit.jupiter.api.Test;

class CudaDeviceProviderTest {
  private final DeviceProvider provider = new CudaDeviceProvider();

  @Test
  void isFoundAndPreferredToTheProcessor() {
    assertEquals(
        List.of("cuda", "cpu"), Devices.providers().stream().map(DeviceProvider::kind).toList());
  }

  @Test
  void saysInOneLineWhatIsThereOrWhatIsMissing() {
    Availability availability = provider.availability();
    assertEquals(1, availability.detail().lines().count(), availability.detail());
    assertFalse(availability.detail().isBlank());
  }

  @Test
  void namesAllItsParts() {
    List<Part> parts = provider.parts();
    assertEquals(
        List.of("driver", "NVRTC", "cuBLAS", "cuSOLVER"), parts.stream().map(Part::name).toList());
    for (Part part : parts) {
      assertEquals(1, part.detail().lines().count(), part.detail());
      assertTrue(part.found() || part.detail().contains("lib") || part.detail().contains("Linux"));
    }
    boolean complete = parts.stream().allMatch(Part::found);
    assertTrue(complete || !provider.availability().available());
  }
}
