package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.contract.AttentionDivergenceContract;
import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaAttentionDivergenceTest extends AttentionDivergenceContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cuda");
  }
}
