package io.github.lrfbench.benchmarks.svd;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.SvdProgress;
import io.github.lrfbench.kernels.svd.SvdRequest;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Truncates the 72 matrices of a bert-base encoder, made by {@code peers/svd_numpy.py}, and
 * compares the errors with the optima that NumPy found. {@code peers/svd.sh} runs both.
 *
 * <p>Arguments: folder, threads, rank, runs, algorithms; the property {@code device} names another
 * device than the CPU. The first run of an algorithm is a warm-up. Prints the columns {@code
 * runtime,algorithm,threads,rank,seconds,worst_error_over_optimum}.
 */
public final class BertSvd {
  private static final int HIDDEN = 768;
  private static final int[][] SHAPES = {
    {HIDDEN, HIDDEN}, {4 * HIDDEN, HIDDEN}, {HIDDEN, 4 * HIDDEN}
  };
  private static final int[] COUNTS = {48, 12, 12};

  private BertSvd() {}

  /** Runs the comparison. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int threads = Integer.parseInt(args[1]);
    int rank = Integer.parseInt(args[2]);
    int runs = Integer.parseInt(args[3]);
    try (Device device =
            Devices.open(
                System.getProperty("device", "cpu"), new DeviceOptions(threads), line -> {});
        Scope scope = device.openScope()) {
      List<SvdRequest> requests = read(folder.resolve("weights.bin"), scope, rank);
      List<Double> optima =
          Files.readAllLines(folder.resolve("optimal.txt")).stream().map(Double::valueOf).toList();
      for (String label : Arrays.asList(args).subList(4, args.length)) {
        SvdOptions options = SvdOptions.of(SvdAlgorithm.parse(label));
        for (int run = 0; run <= runs; run++) {
          try (Scope results = device.openScope()) {
            long start = System.nanoTime();
            List<SvdFactors> factors =
                new TruncatedSvd(device, options).factor(results, requests, SvdProgress.NONE);
            device.synchronize();
            double seconds = (System.nanoTime() - start) / 1e9;
            if (run > 0) {
              System.out.printf(
                  Locale.ROOT,
                  "lrfbench,%s,%d,%d,%.3f,%.6f%n",
                  label,
                  threads,
                  rank,
                  seconds,
                  worst(requests, factors, optima));
            }
          }
        }
      }
    }
  }

  private static List<SvdRequest> read(Path file, Scope scope, int rank) throws IOException {
    List<SvdRequest> requests = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
      for (int kind = 0; kind < SHAPES.length; kind++) {
        int rows = SHAPES[kind][0];
        int cols = SHAPES[kind][1];
        byte[] bytes = new byte[rows * cols * Float.BYTES];
        float[] values = new float[rows * cols];
        for (int i = 0; i < COUNTS[kind]; i++) {
          in.readFully(bytes);
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
          Matrix matrix = Matrix.of(scope.allocate(DType.F32, rows, cols));
          matrix.data().write(0, values, 0, values.length);
          requests.add(new SvdRequest(matrix, rank));
        }
      }
    }
    return requests;
  }

  private static double worst(
      List<SvdRequest> requests, List<SvdFactors> factors, List<Double> optima) {
    double worst = 0;
    for (int i = 0; i < factors.size(); i++) {
      double error = factors.get(i).measureError(requests.get(i).matrix());
      worst = Math.max(worst, error / optima.get(i));
    }
    return worst;
  }
}
