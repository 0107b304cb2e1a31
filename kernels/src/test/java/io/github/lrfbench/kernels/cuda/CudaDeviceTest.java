package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.contract.DeviceContract;
import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaDeviceTest extends DeviceContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cuda");
  }
}
