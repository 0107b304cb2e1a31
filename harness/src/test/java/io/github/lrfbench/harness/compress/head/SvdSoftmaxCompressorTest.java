package io.github.lrfbench.harness.compress.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.PreviewLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SvdSoftmaxCompressorTest {
  /** The example of the specification. */
  private static final double[][] EXAMPLE = {{3, 0}, {0, 2}, {1, 1}, {-1, 0}};

  private Device device;
  private Scope scope;

  String deviceId() {
    return "cpu";
  }

  @BeforeEach
  void open() {
    device = Devices.open(deviceId(), new DeviceOptions(2), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private Matrix matrix(double[][] rows) {
    Matrix matrix = Matrix.of(scope.allocate(DType.F32, rows.length, rows[0].length));
    double[] values = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    matrix.data().write(0, values, 0, values.length);
    return matrix;
  }

  private PreviewLinear head(double[][] w, int width, int full) {
    double[][] transposed = new double[w[0].length][w.length];
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < w[i].length; j++) {
        transposed[j][i] = w[i][j];
      }
    }
    LinearSlot slot =
        new LinearSlot("lm_head", 0, "lm_head", new DenseLinear(matrix(transposed), null));
    return SvdSoftmaxCompressor.factorize(slot, width, full, scope);
  }

  private double[] logits(PreviewLinear head, double... h) {
    try (Ops ops = new EagerOps(device)) {
      Matrix y = Matrix.of(ops.allocate(DType.F32, 1, head.outputs()));
      ops.apply(head, matrix(new double[][] {h}), Activation.NONE, y);
      return y.data().toDoubles();
    }
  }

  private static double[] softmax(double[] logits) {
    double sum = Arrays.stream(logits).map(Math::exp).sum();
    return Arrays.stream(logits).map(logit -> Math.exp(logit) / sum).toArray();
  }

  @Test
  void theExampleOfTheSpecification() {
    double[] preview = {3.871708, 0.418861, 1.5, -1.290569};
    double[] two = logits(head(EXAMPLE, 1, 2), 1, 2);
    assertArrayEquals(new double[] {3, preview[1], 3, preview[3]}, two, 1e-5);
    // The likeliest word, the second, is missed.
    assertTrue(two[1] < two[0]);
    assertArrayEquals(
        new double[] {0.211328, 0.574449, 0.211328, 0.002895},
        softmax(logits(head(EXAMPLE, 1, 3), 1, 2)),
        1e-6);
    double[] exact = {0.211122, 0.573889, 0.211122, 0.003867};
    assertArrayEquals(exact, softmax(logits(head(EXAMPLE, 1, 4), 1, 2)), 1e-6);
    assertArrayEquals(exact, softmax(logits(head(EXAMPLE, 2, 1), 1, 2)), 1e-6);
    PreviewLinear head = head(EXAMPLE, 2, 1);
    double[] columns = head.preview().data().toDoubles();
    for (int k = 0; k < 2; k++) {
      int column = k;
      double norm =
          Math.sqrt(
              IntStream.range(0, 4)
                  .mapToDouble(i -> columns[2 * i + column])
                  .map(b -> b * b)
                  .sum());
      assertEquals(k == 0 ? 3.341000 : 2.199482, norm, 1e-5);
    }
  }

  private static double[][] random(int rows, int cols, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, rows)
        .mapToObj(i -> IntStream.range(0, cols).mapToDouble(j -> random.nextGaussian()).toArray())
        .toArray(double[][]::new);
  }

  /** In double precision, from the definition. */
  private static double[] product(double[][] w, double[] h) {
    return Arrays.stream(w)
        .mapToDouble(row -> IntStream.range(0, h.length).mapToDouble(j -> row[j] * h[j]).sum())
        .toArray();
  }

  private void checkExact(double[][] w, double scale) {
    double[] h = random(1, w[0].length, 5)[0];
    double[] expected = product(w, h);
    IntToDoubleFunction ofRow = i -> Arrays.stream(w[i]).map(Math::abs).sum();
    double largest = IntStream.range(0, w.length).mapToDouble(ofRow).max().orElseThrow();
    double tolerance = 1e-6 * Math.max(largest * 4, scale);
    assertArrayEquals(expected, logits(head(w, w[0].length, 1), h), tolerance);
    assertArrayEquals(
        expected, logits(head(w, Math.max(1, w[0].length / 3), w.length), h), tolerance);
    PreviewLinear some = head(w, Math.max(1, w[0].length / 3), Math.max(1, w.length / 5));
    Matrix back = Matrix.of(scope.allocate(DType.F32, w.length, w[0].length));
    some.materialize(device, back);
    double[] flat = Arrays.stream(w).flatMapToDouble(Arrays::stream).toArray();
    assertArrayEquals(flat, back.data().toDoubles(), tolerance);
  }

  @Test
  void inFullItIsExactWhateverTheMatrix() {
    checkExact(random(61, 24, 1), 0);
    checkExact(random(5, 9, 2), 0);
    checkExact(new double[][] {{-2}}, 0);
    checkExact(new double[7][4], 1e-30);
    for (double scale : new double[] {1e30, 1e-30}) {
      double[][] w = random(17, 6, 3);
      Arrays.stream(w).forEach(row -> IntStream.range(0, 6).forEach(j -> row[j] *= scale));
      checkExact(w, 0);
    }
    double[][] deficient = random(30, 8, 4);
    Arrays.stream(deficient).forEach(row -> row[7] = row[0] - row[1]);
    checkExact(deficient, 0);
  }

  /** Only words of the full view have other logits than the preview's. */
  @Test
  void theOthersKeepThePreview() {
    double[][] w = random(200, 16, 6);
    PreviewLinear head = head(w, 4, 20);
    double[] h = random(1, 16, 7)[0];
    double[] exact = product(w, h);
    double[] preview = new double[200];
    try (Ops ops = new EagerOps(device)) {
      Matrix y = Matrix.of(ops.allocate(DType.F32, 1, 200));
      head.forward(ops, matrix(new double[][] {h}), 0, y);
      y.data().read(0, preview, 0, 200);
    }
    double bound = Arrays.stream(preview).sorted().toArray()[200 - 20];
    double[] logits = logits(head, h);
    for (int i = 0; i < 200; i++) {
      assertEquals(preview[i] >= bound ? exact[i] : preview[i], logits[i], 1e-4);
    }
  }

  @Test
  void whatItStoresAndComputes() {
    PreviewLinear head = head(random(40, 16, 8), 2, 5);
    assertEquals(40 * 16 + 16 * 16, head.parameters());
    assertEquals(2 * (16 * 16 + 40 * 2 + 5 * 14), head.flopsPerRow());
    assertEquals(32L * (40 * 16 + 16 * 16), head.bits());
    assertEquals("W=2, N=5", head.label());
    // The figure of the specification, of GPT-2 small.
    long flops = 2 * (768L * 768 + 50257L * 96 + 2048L * (768 - 96));
    assertEquals(6_790_752, flops / 2);
  }
}
