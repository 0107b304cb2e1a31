package io.github.lrfbench.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.contract.BatchedContract;
import io.github.lrfbench.kernels.ops.MatrixBatch;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cuda")
class CudaBatchedTest extends BatchedContract {
  @Override
  protected Device openDevice() {
    return Devices.open("cuda");
  }

  /** Of three matrices the second is zero, and the third too small for its Gram matrix. */
  @Test
  void basesThatCholeskyCannotFindAreCounted() {
    double[] random = {1, 2, -1, 3, 0.5, 1, 4, -2};
    try (Device device = openDevice();
        Scope scope = device.openScope()) {
      MatrixBatch batch = MatrixBatch.allocate(scope, DType.F32, 3, 4, 2);
      double[] scales = {1, 0, 1e-30};
      for (int i = 0; i < scales.length; i++) {
        double scale = scales[i];
        double[] values = Arrays.stream(random).map(x -> scale * x).toArray();
        Matrix matrix = Matrix.of(scope.allocate(DType.F32, 4, 2));
        matrix.data().write(0, values, 0, values.length);
        device.blas().copy(matrix, batch.get(i));
      }
      device.batched().orthonormalize(batch);
      assertEquals(Map.of("geqrf", 2L), device.fallbacks());
    }
  }
}
