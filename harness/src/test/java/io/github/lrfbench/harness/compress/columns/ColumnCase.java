package io.github.lrfbench.harness.compress.columns;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.compress.structure.Slow;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Methods on single matrices of a device. */
final class ColumnCase implements AutoCloseable {
  final Device device;
  final Scope scope;
  private final List<ActivationMoments> moments = new ArrayList<>();

  ColumnCase(String kind) {
    device = Devices.open(kind, new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @Override
  public void close() {
    moments.forEach(ActivationMoments::close);
    scope.close();
    device.close();
  }

  Matrix doubles(double[][] values) {
    double[] flat = Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray();
    return Matrix.of(scope.doubles(flat, values.length, values[0].length));
  }

  static double[][] rows(double[] flat, int cols) {
    double[][] rows = new double[flat.length / cols][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(flat, i * cols, (i + 1) * cols);
    }
    return rows;
  }

  double[][] values(Matrix x) {
    Tensor packed = scope.allocate(DType.F64, x.rows(), x.cols());
    device.blas().copy(x, Matrix.of(packed));
    return rows(packed.toDoubles(), x.cols());
  }

  /**
   * What a method makes of a matrix.
   *
   * @param x inputs, [n, tokens]; null for none
   * @param count how many columns, rows or inputs at most
   * @param errors whether those of all points are asked for
   */
  Factorization factorize(String method, double[][] w, double[][] x, int count, boolean errors) {
    int inputs = w[0].length;
    Matrix weight = Matrix.of(scope.allocate(DType.F32, inputs, w.length));
    device.blas().transpose(doubles(w), weight);
    LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
    MethodSpec spec = MethodSpec.parse(method);
    ActivationMoments inputMoments = x == null ? null : InputMoments.of("w", x, scope);
    if (inputMoments != null) {
      moments.add(inputMoments);
    }
    SlotStatistics statistics = new SlotStatistics(null, inputMoments, null);
    Compressor compressor = spec.compressor();
    if (compressor instanceof NystromCompressor nystrom) {
      return nystrom
          .factorize(
              new FactorRequest(
                  List.of(new FactorRequest.Target(slot, count - 1, errors)),
                  spec.options().withSeed(0),
                  statistics,
                  scope))
          .get(0);
    }
    return ((ColumnMethod) compressor)
        .decompose(
            new DecompositionRequest(
                List.of(new DecompositionRequest.Target(slot, count, errors)),
                spec.options().withSeed(0),
                statistics,
                scope))
        .get(0);
  }

  /** The matrix of a form in double precision where it has factors. */
  double[][] matrix(Linear map) {
    if (map.factors() != null) {
      return Slow.product(
          Slow.transpose(values(map.factors().up())), Slow.transpose(values(map.factors().down())));
    }
    Tensor w = scope.allocate(DType.F32, map.outputs(), map.inputs());
    map.copyTo(scope, DType.F32).materialize(device, Matrix.of(w));
    return rows(w.toDoubles(), map.inputs());
  }

  double[][] product(String method, double[][] w, double[][] x, int count) {
    return matrix(factorize(method, w, x, count, false).fit(count - 1, scope).map());
  }

  double[] singularValues(double[][] a) {
    int size = Math.min(a.length, a[0].length);
    Tensor values = scope.allocate(DType.F64, size);
    device.lapack().singularValues(doubles(a), values);
    return values.toDoubles();
  }
}
