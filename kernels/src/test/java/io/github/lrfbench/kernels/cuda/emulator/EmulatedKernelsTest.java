package io.github.lrfbench.kernels.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Right kernels do what they would do on a GPU. */
@EmulatorTest
class EmulatedKernelsTest {
  private RawDevice device;

  @BeforeEach
  void open() {
    device = new RawDevice();
  }

  @AfterEach
  void close() {
    device.close();
  }

  @Test
  void addsVectors() {
    CUfunction add =
        device.kernel(
            """
            extern "C" __global__ void add(const float* a, const float* b, float* c, int n) {
              int i = blockIdx.x * blockDim.x + threadIdx.x;
              if (i < n) c[i] = a[i] + b[i];
            }
            """,
            "add");
    int n = 5000;
    float[] a = new float[n];
    float[] b = new float[n];
    float[] expected = new float[n];
    for (int i = 0; i < n; i++) {
      a[i] = i;
      b[i] = 0.5f * i;
      expected[i] = 1.5f * i;
    }
    CUdeviceptr c = device.allocate(4L * n);
    RawDevice.check(
        RawDevice.launch(add, (n + 255) / 256, 256, device.upload(a), device.upload(b), c, n));
    assertArrayEquals(expected, device.floats(c, n));
  }
}
