package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.contract.QuantizationContract;
import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("cuda")
class CudaQuantizationTest extends QuantizationContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cuda");
  }

  @Override
  protected boolean multipliesCodes(int rows) {
    return rows <= 8;
  }

  @Override
  protected List<DType> dtypes() {
    return List.of(DType.F32, DType.F64, DType.F16, DType.BF16);
  }
}
