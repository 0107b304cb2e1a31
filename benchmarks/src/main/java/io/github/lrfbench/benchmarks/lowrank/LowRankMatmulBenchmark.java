package io.github.lrfbench.benchmarks.lowrank;

import io.github.lrfbench.harness.kernelsuite.MatrixShape;
import io.github.lrfbench.harness.kernelsuite.RandomMatrices;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.lowrank.LowRankMatmul;
import io.github.lrfbench.kernels.ops.Activation;
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

/** The low-rank product beside the dense one, on all threads. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
public class LowRankMatmulBenchmark {
  @Param({"768x768", "3072x768"})
  String shape;

  @Param({"32", "128", "384"})
  int rank;

  @Param({"1", "128", "1024"})
  int rows;

  private Device device;
  private Scope scope;
  private Matrix weight;
  private LowRankMatmul lowRank;
  private Matrix x;
  private Matrix y;

  @Setup
  public void open() {
    device = Devices.open("cpu", DeviceOptions.DEFAULT, line -> {});
    scope = device.openScope();
    MatrixShape dims = MatrixShape.parse(shape);
    weight = RandomMatrices.gaussian(scope, dims.cols(), dims.rows(), 0);
    Matrix up = RandomMatrices.gaussian(scope, rank, dims.rows(), 1);
    Matrix down = RandomMatrices.gaussian(scope, dims.cols(), rank, 2);
    lowRank = new LowRankMatmul(new LowRankFactors(down, up), null);
    x = RandomMatrices.gaussian(scope, rows, dims.cols(), 3);
    y = Matrix.of(scope.allocate(DType.F32, rows, dims.rows()));
  }

  @TearDown
  public void close() {
    scope.close();
    device.close();
  }

  @Benchmark
  public void dense() {
    device.nn().linear(x, false, weight, null, Activation.NONE, y);
    device.synchronize();
  }

  @Benchmark
  public void lowRank() {
    lowRank.apply(x, Activation.NONE, y);
    device.synchronize();
  }
}
