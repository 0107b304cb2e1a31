package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Tape;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Shape;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients of chains and sums in single precision are those of their product. */
class FormTrainingTest {
  private final SplittableRandom random = new SplittableRandom(3);

  /** The device that the test is for. */
  String device() {
    return "cpu";
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "5, 7, 3, 9", "17, 33, 2, 40"})
  void gradientsAreThoseOfTheProduct(int rows, int inputs, int rank, int outputs) {
    try (Device device = Devices.open(device(), new DeviceOptions(1), line -> {});
        Scope scope = device.openScope()) {
      Matrix down = Matrix.of(random(scope, inputs, rank));
      Matrix up = Matrix.of(random(scope, rank, outputs));
      Matrix whole = Matrix.of(random(scope, inputs, outputs));
      Tensor bias = random(scope, outputs);
      Linear chain = new Chain(new DenseLinear(down, null), new DenseLinear(up, null));
      Linear sum = new Sum(new DenseLinear(whole, bias), chain);
      Linear other = new Sum(chain.withBias(bias), new DenseLinear(whole, null));
      Linear fused =
          new Sum(
              new LowRankLinear(new LowRankFactors(down, up), bias), new DenseLinear(whole, null));
      Matrix x = Matrix.of(random(scope, rows, inputs));
      Matrix dy = Matrix.of(random(scope, rows, outputs));
      DenseLinear product = new DenseLinear(DenseLinear.of(sum, scope).weight(), bias);
      float[] weight = gradient(device, product, product.weight(), x, dy);
      float[] expectedDown = times(weight, false, transposed(up), inputs, outputs, rank);
      float[] expectedUp = times(weight, true, elements(down), outputs, inputs, rank);
      for (Linear form : List.of(sum, other, fused)) {
        assertClose(weight, gradient(device, form, whole, x, dy));
        assertClose(expectedDown, gradient(device, form, down, x, dy));
        assertClose(transposed(expectedUp, outputs, rank), gradient(device, form, up, x, dy));
        Matrix row = Parameter.vector("b", bias).value();
        assertClose(gradient(device, product, row, x, dy), gradient(device, form, row, x, dy));
      }
    }
  }

  private static void assertClose(float[] expected, float[] actual) {
    float largest = 1;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertArrayEquals(expected, actual, 2e-5f * largest);
  }

  /** The gradient of a parameter, all parameters being trained; x too, so that it gets one. */
  private static float[] gradient(
      Device device, Linear linear, Matrix wanted, Matrix x, Matrix dy) {
    List<Parameter> trained = new ArrayList<>(linear.weights("m"));
    trained.add(new Parameter("x", x, Parameter.Storage.MATRIX));
    try (GradientBuffers gradients = new GradientBuffers(device, trained);
        Tape tape = new Tape(device, gradients, null)) {
      Tensor y = tape.ops().allocate(DType.F32, dy.rows(), dy.cols());
      linear.forward(tape.ops(), x, Activation.TANH, Matrix.of(y));
      tape.backward(y, dy);
      return gradients.of(wanted.data()).toFloats();
    }
  }

  private static float[] elements(Matrix matrix) {
    return matrix.data().toFloats();
  }

  private static float[] transposed(Matrix matrix) {
    return transposed(elements(matrix), matrix.rows(), matrix.cols());
  }

  private static float[] transposed(float[] values, int rows, int cols) {
    float[] turned = new float[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        turned[j * rows + i] = values[i * cols + j];
      }
    }
    return turned;
  }

  /** op(a) [m, k] times b [k, n], in double precision. */
  private static float[] times(float[] a, boolean turn, float[] b, int m, int k, int n) {
    float[] c = new float[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int l = 0; l < k; l++) {
          sum += (double) a[turn ? l * m + i : i * k + l] * b[l * n + j];
        }
        c[i * n + j] = (float) sum;
      }
    }
    return c;
  }

  private Tensor random(Scope scope, long... dims) {
    float[] values = new float[(int) Shape.of(dims).size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() / 2;
    }
    return scope.floats(values, dims);
  }
}
