package io.github.lrfbench.kernels.cuda.lowrank;

import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Measures both forms of the low-rank product. Each is captured several times in a row and
 * replayed, so that the host's part does not count; the runs alternate, and the median is taken.
 */
public final class LowRankTuning {
  /**
   * The sizes that are measured, each with each.
   *
   * @param shapes inputs and outputs
   */
  public record Sizes(List<DType> types, int[][] shapes, int[] ranks, int[] rows) {
    /** What a device is measured with. */
    public static final Sizes ALL =
        new Sizes(
            List.of(DType.F32, DType.F16, DType.BF16),
            new int[][] {{768, 768}, {768, 3072}, {3072, 768}, {1024, 4096}},
            new int[] {8, 16, 32, 64, 96, 128},
            new int[] {1, 16, 64, 256, 1024, 4096});
  }

  private static final int RUNS_IN_GRAPH = 20;
  private static final int REPLAYS = 9;
  private static final double MICROS_PER_MILLI = 1000;

  private final Gpu device;
  private final LowRankLauncher fused;
  private final Consumer<String> log;

  /** Measures on a device, and tells what. */
  public LowRankTuning(Gpu device, Consumer<String> log) {
    this.device = device;
    this.fused = new LowRankLauncher(device);
    this.log = log;
  }

  /** Measures; all sizes take a minute or two, most of it for compiling. */
  public LowRankCrossover run(Sizes sizes) {
    List<LowRankTiming> timings = new ArrayList<>();
    for (DType dtype : sizes.types()) {
      for (int[] shape : sizes.shapes()) {
        log.accept("measuring low-rank products of " + shape[0] + " x " + shape[1] + ", " + dtype);
        for (int rank : sizes.ranks()) {
          for (int rows : sizes.rows()) {
            measure(dtype, rows, shape[0], rank, shape[1], timings);
          }
        }
      }
    }
    return new LowRankCrossover(timings);
  }

  private void measure(
      DType dtype, int rows, int inputs, int rank, int outputs, List<LowRankTiming> timings) {
    try (Scope scope = device.openScope()) {
      Matrix x = random(scope, dtype, rows, inputs);
      Matrix down = random(scope, dtype, inputs, rank);
      Matrix up = random(scope, dtype, rank, outputs);
      Matrix middle = random(scope, dtype, rows, rank);
      Matrix y = random(scope, dtype, rows, outputs);
      if (!fused.run(x, down, up, null, Activation.NONE, y)) {
        return;
      }
      Runnable asOne = () -> fused.run(x, down, up, null, Activation.NONE, y);
      Runnable asTwo =
          () -> {
            device.nn().linear(x, false, down, null, Activation.NONE, middle);
            device.nn().linear(middle, false, up, null, Activation.NONE, y);
          };
      try (CapturedGraph one = device.capture(repeated(asOne));
          CapturedGraph two = device.capture(repeated(asTwo))) {
        double[] oneMicros = new double[REPLAYS];
        double[] twoMicros = new double[REPLAYS];
        for (int i = 0; i < REPLAYS; i++) {
          oneMicros[i] = micros(one);
          twoMicros[i] = micros(two);
        }
        timings.add(
            new LowRankTiming(
                dtype, rows, inputs, rank, outputs, median(oneMicros), median(twoMicros)));
      }
    }
  }

  private static Runnable repeated(Runnable work) {
    return () -> IntStream.range(0, RUNS_IN_GRAPH).forEach(i -> work.run());
  }

  private double micros(CapturedGraph graph) {
    return device.time(graph::replay).deviceMillis() * MICROS_PER_MILLI / RUNS_IN_GRAPH;
  }

  private static double median(double[] values) {
    return Arrays.stream(values).sorted().toArray()[values.length / 2];
  }

  /** Zeros would draw less power and run faster. */
  private static Matrix random(Scope scope, DType dtype, int rows, int cols) {
    Matrix matrix = Matrix.of(scope.allocate(dtype, rows, cols));
    float[] values = new float[rows * cols];
    Random random = new Random(rows + cols);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    matrix.data().write(0, values, 0, values.length);
    return matrix;
  }
}
