package io.github.lrfbench.benchmarks.model;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.kernelsuite.RandomMatrices;
import io.github.lrfbench.harness.linear.PreviewLinear;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.Arrays;
import java.util.Locale;

/**
 * The head of gpt2-small, 50257 x 768, in full and by SVD-softmax, with random weights, in turns.
 * Arguments: device, threads, runs, width of the preview, words in full, then numbers of tokens.
 * Prints the columns {@code head,tokens,median_ms,min_ms,runs,speedup}, the speedup being that of
 * the medians.
 */
public final class SvdSoftmaxLatency {
  private static final int WORDS = 50257;
  private static final int HIDDEN = 768;
  private static final int WARM_UPS = 10;

  private final Device device;
  private final int runs;

  private SvdSoftmaxLatency(Device device, int runs) {
    this.device = device;
    this.runs = runs;
  }

  /** Runs the benchmark. */
  public static void main(String[] args) {
    try (Device device =
            Devices.open(args[0], new DeviceOptions(Integer.parseInt(args[1])), line -> {});
        Scope scope = device.openScope()) {
      int width = Integer.parseInt(args[3]);
      int full = Integer.parseInt(args[4]);
      Matrix word = RandomMatrices.gaussian(scope, WORDS, HIDDEN, 0);
      PreviewLinear head =
          new PreviewLinear(
              RandomMatrices.gaussian(scope, HIDDEN, HIDDEN, 1),
              RandomMatrices.gaussian(scope, WORDS, width, 2),
              RandomMatrices.gaussian(scope, WORDS, HIDDEN - width, 3),
              full,
              null);
      System.out.println("head,tokens,median_ms,min_ms,runs,speedup");
      SvdSoftmaxLatency latency = new SvdSoftmaxLatency(device, Integer.parseInt(args[2]));
      for (String tokens : Arrays.asList(args).subList(5, args.length)) {
        latency.measure(scope, word, head, Integer.parseInt(tokens));
      }
    }
  }

  private void measure(Scope scope, Matrix word, PreviewLinear head, int tokens) {
    Matrix x = RandomMatrices.gaussian(scope, tokens, HIDDEN, 4);
    Matrix y = Matrix.of(scope.allocate(DType.F32, tokens, WORDS));
    Runnable whole = () -> device.nn().linear(x, true, word, null, Activation.NONE, y);
    Runnable preview =
        () -> {
          try (Ops ops = new EagerOps(device)) {
            head.forward(ops, x, Activation.NONE, y);
          }
        };
    try (CapturedGraph first = device.capture(whole);
        CapturedGraph second = device.capture(preview)) {
      double[] ofWhole = new double[runs];
      double[] ofPreview = new double[runs];
      for (int run = -WARM_UPS; run < runs; run++) {
        double before = time(first);
        double after = time(second);
        if (run >= 0) {
          ofWhole[run] = before;
          ofPreview[run] = after;
        }
      }
      double median = print("full", tokens, ofWhole, Double.NaN);
      print("svd-softmax", tokens, ofPreview, median);
    }
  }

  private double time(CapturedGraph pass) {
    long start = System.nanoTime();
    pass.replay();
    device.synchronize();
    return (System.nanoTime() - start) / 1e6;
  }

  private double print(String head, int tokens, double[] times, double whole) {
    Arrays.sort(times);
    double median = (times[(runs - 1) / 2] + times[runs / 2]) / 2;
    System.out.printf(
        Locale.ROOT,
        "%s,%d,%.3f,%.3f,%d,%.2f%n",
        head,
        tokens,
        median,
        times[0],
        runs,
        Double.isNaN(whole) ? 1 : whole / median);
    return median;
  }
}
