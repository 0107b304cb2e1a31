package io.github.lrfbench.benchmarks.svd;

import io.github.lrfbench.harness.kernelsuite.MatrixShape;
import io.github.lrfbench.harness.kernelsuite.RandomMatrices;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One decomposition on one thread, by algorithm, shape and rank. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class TruncatedSvdBenchmark {
  @Param({"exact", "gram", "randomized", "auto"})
  String algorithm;

  @Param({"768x768", "3072x768", "768x3072"})
  String shape;

  @Param({"32", "128", "384"})
  int rank;

  private Device device;
  private Scope scope;
  private Matrix matrix;
  private TruncatedSvd svd;

  @Setup
  public void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    scope = device.openScope();
    MatrixShape dims = MatrixShape.parse(shape);
    matrix = RandomMatrices.gaussian(scope, dims.rows(), dims.cols(), 0);
    svd = new TruncatedSvd(device, SvdOptions.of(SvdAlgorithm.parse(algorithm)));
  }

  @TearDown
  public void close() {
    scope.close();
    device.close();
  }

  /** Returns a number of the result, so that nothing is optimized away. */
  @Benchmark
  public double factor() {
    try (Scope result = device.openScope()) {
      return svd.factor(result, matrix, rank).spectrum().value(0);
    }
  }
}
