package io.github.lrfbench.harness.compress.kronecker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.KroneckerLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums of Kronecker products are the nearest there are, and their errors are known before. */
class KroneckerCompressorTest extends DeviceCase {
  private Factorization factorize(String method, float[] w, int rows, int cols) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, cols, rows));
    device.blas().transpose(Matrix.of(scope.floats(w, rows, cols)), weight);
    LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
    return new KroneckerCompressor()
        .factorize(
            new FactorRequest(
                List.of(new Target(slot, 0, true)),
                MethodSpec.parse(method).options(),
                null,
                scope))
        .get(0);
  }

  private double[] matrix(Linear linear) {
    Tensor w = scope.allocate(DType.F32, linear.outputs(), linear.inputs());
    linear.materialize(device, Matrix.of(w));
    return w.toDoubles();
  }

  private static double distance(float[] w, double[] other) {
    double sum = 0;
    for (int i = 0; i < w.length; i++) {
      sum += (w[i] - other[i]) * (w[i] - other[i]);
    }
    return Math.sqrt(sum);
  }

  private static double norm(float[] w) {
    return distance(w, new double[w.length]);
  }

  private static float[] random(int size, double scale) {
    SplittableRandom random = new SplittableRandom(9);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "2, 3, 4, 5", "5, 1, 1, 7", "1, 4, 6, 2", "3, 3, 1, 2"})
  void theRearrangedMatrixHasBlocksAsRows(int m1, int n1, int m2, int n2) {
    int cols = n1 * n2;
    float[] w = random(m1 * m2 * cols, 1);
    Matrix rearranged =
        Rearrangement.of(
            Matrix.of(scope.floats(w, m1 * m2, cols)),
            new KroneckerShape(m1, n1, m2, n2, 1),
            scope);
    float[] expected = new float[w.length];
    for (int i = 0; i < m1 * m2; i++) {
      for (int j = 0; j < cols; j++) {
        int row = i / m2 * n1 + j / n2;
        expected[row * m2 * n2 + i % m2 * n2 + j % n2] = w[i * cols + j];
      }
    }
    assertArrayEquals(expected, rearranged.data().toFloats());
  }

  /** The numbers of other-families: 1 to 16 in rows of four. */
  @Test
  void theNearestProductsOfAWorkedExample() {
    float[] w = new float[16];
    for (int i = 0; i < 16; i++) {
      w[i] = i + 1;
    }
    Factorization made = factorize("kronecker:shape=2x2", w, 4, 4);
    OperatingPoints points = made.points();
    assertEquals(4, points.count());
    assertEquals("2x2 (x) 2x2, R=1", points.get(0).label());
    assertEquals(8, points.get(0).numbers());
    assertEquals(3.530940, Math.sqrt(points.get(0).squaredError()), 1e-5);
    KroneckerLinear one = (KroneckerLinear) made.fit(0, scope).map();
    double sign = Math.signum(one.a().toDoubles()[0]);
    // Stored by inputs first.
    double[] a = {1.235494, 3.764441, 1.867731, 4.396678};
    double[] b = {2.312821, 3.482636, 2.605274, 3.775090};
    for (int i = 0; i < 4; i++) {
      assertEquals(a[i], sign * one.a().toDoubles()[i], 1e-5);
      assertEquals(b[i], sign * one.b().toDoubles()[i], 1e-5);
    }
    assertEquals(3.530940, distance(w, matrix(one)), 1e-5);
    assertEquals(0.091290, distance(w, matrix(one)) / norm(w), 1e-6);
    assertEquals(0, distance(w, matrix(made.fit(1, scope).map())), 1e-5);
    assertEquals(0, Math.sqrt(points.get(1).squaredError()), 1e-5);
  }

  @Test
  void aKroneckerProductIsFound() {
    float[] a = random(6, 1);
    float[] b = random(20, 1);
    float[] w = new float[8 * 15];
    for (int i = 0; i < 8; i++) {
      for (int j = 0; j < 15; j++) {
        w[i * 15 + j] = a[i / 4 * 3 + j / 5] * b[i % 4 * 5 + j % 5];
      }
    }
    Fit fit = factorize("kronecker:shape=2x3", w, 8, 15).fit(0, scope);
    assertEquals(0, distance(w, matrix(fit.map())), 1e-5 * norm(w));
    assertEquals(26, fit.map().parameters());
  }

  @ParameterizedTest
  @CsvSource({
    "kronecker, 12, 20, 1",
    "kronecker:terms=64, 12, 20, 1",
    "kronecker:terms=1, 24, 16, 1e-30",
    "kronecker, 24, 16, 1e30",
    "kronecker:terms=5, 7, 5, 1",
    "kronecker:shape=4x2:terms=9, 12, 20, 1",
    "kronecker:shape=5x1000, 12, 20, 1",
    "kronecker, 1, 1, 1",
    "kronecker, 1, 30, 1"
  })
  void errorsAreKnownBefore(String method, int rows, int cols, double size) {
    float[] w = random(rows * cols, size);
    Factorization made = factorize(method, w, rows, cols);
    OperatingPoints points = made.points();
    double norm = norm(w);
    assertEquals(norm * norm, points.energy(), 1e-6 * norm * norm);
    for (int i = 0; i < points.count(); i++) {
      Fit fit = made.fit(i, scope);
      double error = distance(w, matrix(fit.map()));
      assertEquals(error, Math.sqrt(points.get(i).squaredError()), 1e-5 * norm);
      assertEquals(error, fit.diagnostics().predictedError(), 1e-5 * norm);
      assertEquals(fit.map().parameters(), points.get(i).numbers());
      assertEquals(fit.map().bits(), points.get(i).bits());
      assertEquals(fit.map().label(), points.get(i).label());
      if (i > 0) {
        assertTrue(points.get(i).numbers() > points.get(i - 1).numbers());
      }
      KroneckerLinear map = (KroneckerLinear) fit.map();
      KroneckerShape shape =
          new KroneckerShape(
              (int) map.a().shape().dim(2),
              (int) map.a().shape().dim(0),
              (int) map.b().shape().dim(2),
              (int) map.b().shape().dim(0),
              map.terms());
      assertEquals(shape.flops(), map.flopsPerRow());
    }
  }

  @Test
  void moreTermsOfOneSizeAreNoWorse() {
    OperatingPoints points =
        factorize("kronecker:shape=4x4:terms=16", random(256, 1), 16, 16).points();
    assertEquals(16, points.count());
    for (int i = 1; i < points.count(); i++) {
      assertTrue(points.get(i).squaredError() <= points.get(i - 1).squaredError());
    }
    assertEquals(0, points.get(15).squaredError());
  }

  @Test
  void aZeroMatrixStaysZero() {
    Factorization made = factorize("kronecker", new float[24], 4, 6);
    for (int i = 0; i < made.points().count(); i++) {
      assertEquals(0, made.points().get(i).squaredError());
      assertArrayEquals(new double[24], matrix(made.fit(i, scope).map()));
    }
  }

  @Test
  void aMatrixOfUsualSizeHasFewPointsFromSmallToLarge() {
    List<KroneckerShape> shapes = ShapeFamily.all(3072, 768, 4);
    assertTrue(shapes.size() < 150, shapes.size() + " points");
    double smallest = shapes.get(0).numbers() / (3072.0 * 768);
    double largest = shapes.get(shapes.size() - 1).numbers() / (3072.0 * 768);
    assertTrue(smallest < 0.01 && largest > 0.7, smallest + " to " + largest);
    for (KroneckerShape shape : shapes) {
      assertTrue(shape.flops() < 2L * 3072 * 768, shape.point().label());
    }
  }

  @Test
  void whatIsNoNumberIsRefused() {
    float[] w = random(12, 1);
    w[5] = Float.NaN;
    assertThrows(RuntimeException.class, () -> factorize("kronecker", w, 4, 3));
  }

  @Test
  void whatIsNoSizeIsRefused() {
    for (String wrong :
        List.of("terms=0", "shape=0x3", "shape=3", "shape=x", "shape=3x99999999999")) {
      assertThrows(InputException.class, () -> MethodSpec.parse("kronecker:" + wrong));
    }
  }
}
