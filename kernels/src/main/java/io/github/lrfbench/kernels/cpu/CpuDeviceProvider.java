package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.DeviceProvider;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ProductRounding;
import java.util.List;
import java.util.Locale;

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
  public List<String> names() {
    return List.of(ProcessorName.read());
  }

  @Override
  public Device open(int index, DeviceOptions options) {
    if (index != 0) {
      throw new InputException("there is one CPU device, 'cpu'; its threads are set by --threads");
    }
    if (options.rounding() == ProductRounding.TF32 || options.rounding() == ProductRounding.F16) {
      throw new InputException(
          "the CPU does not round products to "
              + options.rounding().name().toLowerCase(Locale.ROOT)
              + "; it computes in fp32, bf16 and int8");
    }
    return new CpuDevice(options);
  }
}
