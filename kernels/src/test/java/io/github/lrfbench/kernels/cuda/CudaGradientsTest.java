package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.contract.GradientsContract;
import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaGradientsTest extends GradientsContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cuda");
  }
}
