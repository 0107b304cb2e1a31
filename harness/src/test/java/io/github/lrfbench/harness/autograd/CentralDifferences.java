package io.github.lrfbench.harness.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Compares what a tape says of a program's parameters with central differences of its result, in
 * double precision. The loss is the sum of the result's elements with random weights.
 */
final class CentralDifferences implements AutoCloseable {
  /** Computes a result from the parameters that it holds. */
  interface Program {
    Matrix run(Ops ops);
  }

  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 1e-7;
  private static final Long DROPOUT_SEED = 17L;

  private final Device device = Devices.open("cpu", new DeviceOptions(1), line -> {});
  private final Scope scope = device.openScope();
  private final SplittableRandom random = new SplittableRandom(5);
  private final Map<String, Tensor> trained = new LinkedHashMap<>();

  Device device() {
    return device;
  }

  Scope scope() {
    return scope;
  }

  /** A tensor N(0, 1) that is trained. */
  Tensor trained(long... dims) {
    Tensor tensor = frozen(dims);
    trained.put("parameter " + trained.size(), tensor);
    return tensor;
  }

  /** A matrix that is trained. */
  Matrix trainedMatrix(int rows, int cols) {
    return Matrix.of(trained(rows, cols));
  }

  /** A tensor N(0, 1) that is not trained. */
  Tensor frozen(long... dims) {
    Tensor tensor = scope.allocate(DType.F64, dims);
    double[] values = new double[(int) tensor.shape().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    tensor.write(0, values, 0, values.length);
    return tensor;
  }

  GradientBuffers buffers() {
    List<Parameter> parameters = new ArrayList<>();
    trained.forEach((name, tensor) -> parameters.add(Parameter.vector(name, tensor)));
    return new GradientBuffers(device, parameters);
  }

  /** Fails unless the gradients of all trained parameters are right. */
  void check(Program program) {
    check(program, true);
  }

  /**
   * Fails unless the gradients are right.
   *
   * @param eager whether the program gives the same at inference; with dropout it does not
   */
  void check(Program program, boolean eager) {
    try (GradientBuffers gradients = buffers()) {
      double[] weights;
      try (Tape tape = new Tape(device, gradients, DROPOUT_SEED)) {
        Matrix result = program.run(tape.ops());
        double[] recorded = elements(result);
        if (eager) {
          assertArrayEquals(runEagerly(program), recorded, 1e-12, "inference gives another result");
        }
        weights = new double[recorded.length];
        for (int i = 0; i < weights.length; i++) {
          weights[i] = random.nextGaussian();
        }
        Matrix upstream = Matrix.of(scope.doubles(weights, result.rows(), result.cols()));
        tape.backward(result.data(), upstream);
      }
      for (Map.Entry<String, Tensor> parameter : trained.entrySet()) {
        compare(program, parameter, gradients.of(parameter.getValue()).toDoubles(), weights);
      }
    }
  }

  private void compare(
      Program program, Map.Entry<String, Tensor> parameter, double[] gradient, double[] weights) {
    Tensor tensor = parameter.getValue();
    double[] values = tensor.toDoubles();
    for (int i = 0; i < values.length; i++) {
      double above = loss(program, tensor, i, values[i] + STEP, weights);
      double below = loss(program, tensor, i, values[i] - STEP, weights);
      tensor.write(i, values, i, 1);
      double slope = (above - below) / (2 * STEP);
      assertEquals(
          slope,
          gradient[i],
          TOLERANCE * Math.max(1, Math.abs(slope)),
          parameter.getKey() + " at " + i);
    }
  }

  private double loss(Program program, Tensor tensor, int at, double value, double[] weights) {
    tensor.write(at, new double[] {value}, 0, 1);
    try (GradientBuffers gradients = buffers();
        Tape tape = new Tape(device, gradients, DROPOUT_SEED)) {
      double[] result = elements(program.run(tape.ops()));
      double sum = 0;
      for (int i = 0; i < result.length; i++) {
        sum += weights[i] * result[i];
      }
      return sum;
    }
  }

  private double[] runEagerly(Program program) {
    try (Ops ops = new EagerOps(device)) {
      return elements(program.run(ops));
    }
  }

  private static double[] elements(Matrix matrix) {
    return matrix.data().toDoubles();
  }

  @Override
  public void close() {
    scope.close();
    device.close();
  }
}
