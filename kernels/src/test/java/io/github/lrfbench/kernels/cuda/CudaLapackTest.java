package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.contract.LapackContract;
import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaLapackTest extends LapackContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cuda");
  }
}
