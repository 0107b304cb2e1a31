package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.contract.GradientsContract;

class CpuGradientsTest extends GradientsContract {
  @Override
  protected Device openDevice() {
    return new CpuDevice(new DeviceOptions(2));
  }
}
