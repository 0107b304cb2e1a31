package io.github.lrfbench.kernels.host;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/** A program that loads the natives, uses them and prints what it computed. */
final class NativesProbe {
  private NativesProbe() {}

  public static void main(String[] args) {
    try (Device device = Devices.open("cpu");
        Scope scope = device.openScope()) {
      Matrix a = Matrix.of(scope.floats(new float[] {3, 0, 0, 4}, 2, 2));
      Matrix product = Matrix.of(scope.floats(new float[4], 2, 2));
      device.blas().gemm(false, false, 1, a, a, 0, product);
      Tensor singularValues = scope.floats(new float[2], 2);
      device.lapack().singularValues(a, singularValues);
      System.out.print(product.data().toFloats()[0] + " " + singularValues.toFloats()[0]);
    }
  }
}
