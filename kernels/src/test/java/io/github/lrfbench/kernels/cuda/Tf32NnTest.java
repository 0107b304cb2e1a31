package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.ProductRounding;
import io.github.lrfbench.kernels.contract.NnContract;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Products of F32 whose factors keep 10 bits. */
@Tag("cuda")
class Tf32NnTest extends NnContract {
  /**
   * Ten bits may be cut, not rounded; sums of a hundred products stay within this of the largest.
   */
  private static final double TOLERANCE = 1e-2;

  @Override
  protected Device openDevice() {
    return Devices.open("cuda", new DeviceOptions(0, ProductRounding.TF32), line -> {});
  }

  @Override
  protected List<DType> dtypes() {
    return List.of(DType.F32);
  }

  @Override
  protected double tolerance(DType dtype) {
    return TOLERANCE;
  }
}
