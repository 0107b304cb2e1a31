package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.contract.MaskContract;
import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaMaskTest extends MaskContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cuda");
  }

  @Override
  protected List<DType> dtypes() {
    return List.of(DType.F32, DType.F64, DType.F16, DType.BF16);
  }
}
