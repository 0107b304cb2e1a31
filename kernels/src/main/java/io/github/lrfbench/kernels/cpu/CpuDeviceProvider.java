package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.DeviceProvider;
import io.github.lrfbench.kernels.InputException;

/** Offers the processor, the device that is always there. */
public final class CpuDeviceProvider implements DeviceProvider {
  @Override
  public String kind() {
    return "cpu";
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public Availability availability() {
    return new Availability(true, ProcessorName.read());
  }

  @Override
  public Device open(int index, DeviceOptions options) {
    if (index != 0) {
      throw new InputException("there is one CPU device, 'cpu'; its threads are set by --threads");
    }
    if (options.tf32()) {
      throw new InputException("the CPU does not compute in tf32; it knows fp32");
    }
    return new CpuDevice(options);
  }
}
