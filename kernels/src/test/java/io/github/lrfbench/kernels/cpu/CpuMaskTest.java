package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.contract.MaskContract;

class CpuMaskTest extends MaskContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cpu");
  }
}
