package io.github.lrfbench.benchmarks.regress;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what a processor could do at best: the arithmetic of a large product in fp32, and the
 * reading of memory that no cache holds. And how far from each other its threads are: of two rounds
 * that differ it tells why. Argument: threads. Prints {@code
 * processor,kernel,threads,gflops,gb_per_s,hand_over_ns}; the kernel is the processor that OpenBLAS
 * takes it for.
 */
public final class MachineLimits {
  private static final int SIZE = 2048;
  private static final int RUNS = 9;
  private static final int WARM_UPS = 3;

  /** 256 MB of numbers. */
  private static final int LONGS = 32 << 20;

  private MachineLimits() {}

  /** Runs the measurement. */
  public static void main(String[] args) {
    try (Device device =
        Devices.open("cpu", new DeviceOptions(Integer.parseInt(args[0])), line -> {})) {
      System.out.println("processor,kernel,threads,gflops,gb_per_s,hand_over_ns");
      System.out.printf(
          Locale.ROOT,
          "%s,%s,%d,%.2f,%.3f,%.1f%n",
          device.name().replace(',', ' '),
          device.software().get("openblas_kernel"),
          device.threads(),
          2.0 * SIZE * SIZE * SIZE / nanos(product(device)),
          (double) LONGS * Long.BYTES / nanos(reading(device)),
          device.monitor().state().handoverNanos().orElse(Double.NaN));
    }
  }

  /** The product lives until the process ends. */
  private static Runnable product(Device device) {
    Scope scope = device.openScope();
    Matrix[] square = new Matrix[3];
    float[] numbers = new float[SIZE * SIZE];
    Arrays.fill(numbers, 1e-3f);
    for (int i = 0; i < square.length; i++) {
      square[i] = Matrix.of(scope.allocate(DType.F32, SIZE, SIZE));
      square[i].data().write(0, numbers, 0, numbers.length);
    }
    return () -> device.blas().gemm(false, false, 1, square[0], square[1], 0, square[2]);
  }

  private static Runnable reading(Device device) {
    long[] numbers = new long[LONGS];
    Arrays.setAll(numbers, i -> i);
    AtomicLong sum = new AtomicLong();
    int parts = device.threads();
    return () ->
        device.forEach(
            parts,
            part ->
                sum.addAndGet(
                    sum(
                        numbers,
                        (int) ((long) LONGS * part / parts),
                        (int) ((long) LONGS * (part + 1) / parts))));
  }

  private static long sum(long[] numbers, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += numbers[i];
    }
    return sum;
  }

  private static double nanos(Runnable work) {
    long[] times = new long[RUNS];
    for (int run = -WARM_UPS; run < RUNS; run++) {
      long start = System.nanoTime();
      work.run();
      if (run >= 0) {
        times[run] = System.nanoTime() - start;
      }
    }
    Arrays.sort(times);
    return times[RUNS / 2];
  }
}
