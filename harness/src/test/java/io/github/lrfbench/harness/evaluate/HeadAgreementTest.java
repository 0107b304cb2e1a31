package io.github.lrfbench.harness.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.PreviewLinear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeadAgreementTest {
  private Device device;
  private Scope scope;

  @BeforeEach
  void open() {
    device = Devices.open("cpu", new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private Matrix matrix(int rows, int cols, double... values) {
    Matrix matrix = Matrix.of(scope.allocate(DType.F32, rows, cols));
    matrix.data().write(0, values, 0, values.length);
    return matrix;
  }

  private Map<String, Object> told(PreviewLinear head, Matrix states) {
    HeadAgreement agreement = new HeadAgreement(head);
    try (Ops ops = new EagerOps(device)) {
      agreement.add(ops, states);
    }
    return agreement.told();
  }

  private static double number(Map<String, Object> told, String name) {
    return ((Number) told.get(name)).doubleValue();
  }

  /**
   * W = [[3, 0], [0, 2], [1, 1], [-1, 0]] without a turn, of which the preview is the first half.
   */
  private PreviewLinear plain(int full) {
    return new PreviewLinear(
        matrix(2, 2, 1, 0, 0, 1), matrix(4, 1, 3, 0, 1, -1), matrix(4, 1, 0, 2, 1, 0), full, null);
  }

  @Test
  void whatAnExampleTells() {
    // In full the logits of h = [1, 2] are 3, 4, 3, -1; the previews are 3, 0, 1, -1.
    Matrix h = matrix(1, 2, 1, 2);
    Map<String, Object> two = told(plain(2), h);
    assertEquals(0, number(two, "head_top1_agreement"));
    // All four words are among the ten likeliest.
    assertEquals(1, number(two, "head_top10_agreement"));
    // The words 0 and 2 are looked at in full, and the likeliest are 1 and 0.
    assertEquals(0.5, number(two, "head_coverage"));
    assertEquals(0, number(two, "head_certified"));
    double[] exact = {3, 4, 3, -1};
    double[] seen = {3, 0, 3, -1};
    double p = 0;
    double q = 0;
    for (int i = 0; i < 4; i++) {
      p += Math.exp(exact[i]);
      q += Math.exp(seen[i]);
    }
    double divergence = 0;
    for (int i = 0; i < 4; i++) {
      divergence += Math.exp(exact[i]) / p * (exact[i] - Math.log(p) - seen[i] + Math.log(q));
    }
    assertEquals(divergence, number(two, "head_kl"), 1e-6);
    // The third is looked at, too; nothing can be added to the last one's logit.
    Map<String, Object> three = told(plain(3), h);
    assertEquals(1, number(three, "head_top1_agreement"));
    assertEquals(1, number(three, "head_certified"));
    assertEquals(1, number(three, "head_rows"));
  }

  /** A certificate is never wrong, and is given more often the more is looked at. */
  @Test
  void noCertificateIsWrong() {
    int words = 60;
    SplittableRandom random = new SplittableRandom(3);
    double before = 0;
    for (int width : new int[] {1, 4, 7, 8}) {
      PreviewLinear head =
          new PreviewLinear(
              matrix(9, 9, identity(9)),
              matrix(words, width, gaussian(random, words * width, 1)),
              matrix(words, 9 - width, gaussian(random, words * (9 - width), 0.3)),
              6,
              null);
      double certified = 0;
      for (int i = 0; i < 200; i++) {
        Map<String, Object> told = told(head, matrix(1, 9, gaussian(random, 9, 1)));
        assertTrue(
            number(told, "head_certified") <= number(told, "head_top1_agreement"), told::toString);
        certified += number(told, "head_certified");
      }
      assertTrue(certified >= before, width + " " + certified);
      before = certified;
    }
    assertTrue(before > 20, "certified " + before);
  }

  private static double[] identity(int size) {
    double[] values = new double[size * size];
    for (int i = 0; i < size; i++) {
      values[i * size + i] = 1;
    }
    return values;
  }

  private static double[] gaussian(SplittableRandom random, int count, double scale) {
    return random.ints(count).mapToDouble(i -> scale * random.nextGaussian()).toArray();
  }

  @Test
  void onlyTheFirstStatesAreLookedAt() {
    SplittableRandom random = new SplittableRandom(4);
    Matrix many = matrix(300, 2, gaussian(random, 600, 1));
    assertEquals(256, number(told(plain(3), many), "head_rows"));
    assertEquals(Map.of(), told(plain(3), many.rows(0, 0)));
  }
}
