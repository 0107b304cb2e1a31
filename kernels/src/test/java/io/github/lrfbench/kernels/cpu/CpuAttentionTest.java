package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.contract.AttentionContract;

class CpuAttentionTest extends AttentionContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cpu");
  }
}
