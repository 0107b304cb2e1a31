package io.github.lrfbench.harness.cli.doctor;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceMonitor;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.DeviceProvider;
import io.github.lrfbench.kernels.DeviceProvider.Availability;
import io.github.lrfbench.kernels.DeviceProvider.Part;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Multiplies and factorizes on a device for about a second and compares with sums on the host. */
final class DeviceCheck {
  private static final int PRODUCT_SIZE = 1024;
  private static final int FACTORIZATION_SIZE = 256;
  private static final int SAMPLES = 256;
  private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Generous: rounding in fp32 gives about 1e-7 for a product and 1e-6 for a factorization. */
  private static final double TOLERANCE = 1e-4;

  private DeviceCheck() {}

  /** The checks of all devices of a kind that are here, or of the kind itself where none is. */
  static List<Supplier<Finding>> all(DeviceProvider provider) {
    List<Supplier<Finding>> checks = new ArrayList<>();
    for (int index = 0; index < Math.max(1, provider.names().size()); index++) {
      int number = index;
      checks.add(() -> run(provider, number));
      checks.add(() -> energy(provider, number));
    }
    return checks;
  }

  private static String name(DeviceProvider provider, int index) {
    return provider.kind() + (provider.names().size() < 2 ? "" : ":" + index);
  }

  static Finding run(DeviceProvider provider, int index) {
    String subject = "device " + name(provider, index);
    Availability availability = provider.availability();
    if (!availability.available()) {
      return Finding.absent(subject, "not usable: " + availability.detail());
    }
    try (Device device = provider.open(index, DeviceOptions.DEFAULT)) {
      Outcome product = product(device);
      Outcome factorization = factorization(device);
      String detail =
          String.format(
              Locale.ROOT,
              "%s, %d threads: GEMM %d³ fp32 %.1f GFLOP/s, error %.1e; SVD %d² fp32 %.1f ms, error"
                  + " %.1e",
              device.name(),
              device.threads(),
              PRODUCT_SIZE,
              2 * Math.pow(PRODUCT_SIZE, 3) / product.nanos(),
              product.error(),
              FACTORIZATION_SIZE,
              factorization.nanos() / 1e6,
              factorization.error());
      boolean right = product.error() < TOLERANCE && factorization.error() < TOLERANCE;
      return right ? Finding.good(subject, detail) : Finding.bad(subject, detail);
    } catch (RuntimeException | LinkageError e) {
      return Finding.bad(subject, e.toString());
    }
  }

  /** Whether energy can be read. Where it cannot, its columns stay empty, which is no fault. */
  static Finding energy(DeviceProvider provider, int index) {
    String subject = "energy " + name(provider, index);
    if (!provider.availability().available()) {
      return Finding.absent(subject, "not read: the device is not usable");
    }
    try (Device device = provider.open(index, DeviceOptions.DEFAULT)) {
      DeviceMonitor monitor = device.monitor();
      return monitor.energySource().isEmpty()
          ? Finding.absent(subject, "not read: " + monitor.energyDetail())
          : Finding.good(subject, monitor.energySource() + ": " + monitor.energyDetail());
    } catch (RuntimeException | LinkageError e) {
      return Finding.bad(subject, e.toString());
    }
  }

  /** What a kind of device needs. A part that is missing is no fault: other devices remain. */
  static Finding part(DeviceProvider provider, Part part) {
    String subject = provider.kind() + " " + part.name();
    return part.found()
        ? Finding.good(subject, part.detail())
        : Finding.absent(subject, "missing: " + part.detail());
  }

  /**
   * Opens the device that commands use where none is named.
   *
   * @param wanted what the user set, or null
   */
  static Finding choice(String wanted) {
    List<String> reasons = new ArrayList<>();
    try {
      for (String id : (wanted == null || wanted.isEmpty() ? "auto" : wanted).split(",")) {
        int before = reasons.size();
        try (Device device = Devices.open(id, DeviceOptions.DEFAULT, reasons::add)) {
          if (reasons.size() == before) {
            reasons.add("device " + device.id());
          }
        }
      }
      return Finding.good("default", String.join(", ", reasons));
    } catch (InputException e) {
      return Finding.bad("default", e.getMessage());
    }
  }

  private record Outcome(long nanos, double error) {}

  private static Outcome product(Device device) {
    int n = PRODUCT_SIZE;
    float[] a = random(n * n, 1);
    float[] b = random(n * n, 2);
    try (Scope scope = device.openScope()) {
      Matrix deviceA = Matrix.of(scope.floats(a, n, n));
      Matrix deviceB = Matrix.of(scope.floats(b, n, n));
      Matrix c = Matrix.of(scope.allocate(DType.F32, n, n));
      long best =
          shortest(device, () -> device.blas().gemm(false, true, 1, deviceA, deviceB, 0, c));
      return new Outcome(best, productError(a, b, c.data().toFloats(), n));
    }
  }

  /** The largest error of sampled elements of a bᵀ, relative to the norms of their factors. */
  private static double productError(float[] a, float[] b, float[] c, int n) {
    Random random = new Random(3);
    double worst = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      int i = random.nextInt(n);
      int j = random.nextInt(n);
      double sum = 0;
      double normA = 0;
      double normB = 0;
      for (int k = 0; k < n; k++) {
        double x = a[i * n + k];
        double y = b[j * n + k];
        sum += x * y;
        normA += x * x;
        normB += y * y;
      }
      double error = Math.abs(c[i * n + j] - sum) / Math.sqrt(normA * normB);
      worst = error <= worst ? worst : error;
    }
    return worst;
  }

  private static Outcome factorization(Device device) {
    int n = FACTORIZATION_SIZE;
    float[] a = random(n * n, 4);
    try (Scope scope = device.openScope()) {
      Tensor input = scope.allocate(DType.F32, n, n);
      Tensor s = scope.allocate(DType.F32, n);
      Matrix u = Matrix.of(scope.allocate(DType.F32, n, n));
      Matrix vt = Matrix.of(scope.allocate(DType.F32, n, n));
      long best =
          shortest(
              device,
              () -> {
                input.write(0, a, 0, a.length);
                device.lapack().svd(Matrix.of(input), s, u, vt);
              });
      double error = residual(a, u.data().toFloats(), s.toFloats(), vt.data().toFloats(), n);
      return new Outcome(best, error);
    }
  }

  /** ‖a − u diag(s) vt‖ / ‖a‖ (Frobenius). */
  private static double residual(float[] a, float[] u, float[] s, float[] vt, int n) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < n; i++) {
      double[] row = new double[n];
      for (int k = 0; k < n; k++) {
        double factor = (double) u[i * n + k] * s[k];
        for (int j = 0; j < n; j++) {
          row[j] += factor * vt[k * n + j];
        }
      }
      for (int j = 0; j < n; j++) {
        double element = a[i * n + j];
        difference += (row[j] - element) * (row[j] - element);
        norm += element * element;
      }
    }
    return Math.sqrt(difference / norm);
  }

  /** The shortest time of the work, repeated for half a second after one call to warm up. */
  private static long shortest(Device device, Runnable work) {
    work.run();
    device.synchronize();
    long best = Long.MAX_VALUE;
    long start = System.nanoTime();
    do {
      long before = System.nanoTime();
      work.run();
      device.synchronize();
      best = Math.min(best, System.nanoTime() - before);
    } while (System.nanoTime() - start < NANOS);
    return best;
  }

  private static float[] random(int count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
