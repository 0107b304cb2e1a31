package io.github.lrfbench.harness;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests on a device with one thread, and a scope for what they allocate there. */
public abstract class DeviceCase {
  protected Device device;
  protected Scope scope;

  /** The device that the test is for. */
  protected String kind() {
    return "cpu";
  }

  @BeforeEach
  void openDevice() {
    device = Devices.open(kind(), new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void closeDevice() {
    scope.close();
    device.close();
  }

  /** Numbers of a normal distribution, F32. */
  protected Tensor normal(SplittableRandom random, long... dims) {
    Tensor tensor = scope.allocate(DType.F32, dims);
    float[] values = new float[Math.toIntExact(tensor.shape().size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    tensor.write(0, values, 0, values.length);
    return tensor;
  }
}
