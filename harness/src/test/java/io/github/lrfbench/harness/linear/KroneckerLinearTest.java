package io.github.lrfbench.harness.linear;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums of Kronecker products compute what the definition says. */
class KroneckerLinearTest extends DeviceCase {
  private final SplittableRandom random = new SplittableRandom(4);

  /** W, element by element from the definition. */
  private static double[][] product(KroneckerLinear linear) {
    double[] a = linear.a().toDoubles();
    double[] b = linear.b().toDoubles();
    int m1 = (int) linear.a().shape().dim(2);
    int m2 = (int) linear.b().shape().dim(2);
    int n2 = (int) linear.b().shape().dim(0);
    int terms = linear.terms();
    double[][] w = new double[linear.outputs()][linear.inputs()];
    for (int i = 0; i < w.length; i++) {
      for (int j = 0; j < w[i].length; j++) {
        for (int k = 0; k < terms; k++) {
          w[i][j] += a[(j / n2 * terms + k) * m1 + i / m2] * b[(j % n2 * terms + k) * m2 + i % m2];
        }
      }
    }
    return w;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1, 1",
    "3, 2, 5, 4, 1",
    "2, 3, 4, 5, 3",
    "1, 6, 7, 1, 2",
    "7, 1, 1, 6, 2",
    "8, 8, 1, 3, 2",
    "8, 8, 3, 1, 2",
    "1, 3, 8, 8, 2",
    "3, 1, 8, 8, 2",
    "33, 17, 2, 3, 4"
  })
  void itComputesWhatTheDefinitionSays(int m1, int n1, int m2, int n2, int terms) {
    int outputs = m1 * m2;
    int inputs = n1 * n2;
    KroneckerLinear linear =
        new KroneckerLinear(
            normal(random, n1, terms, m1), normal(random, n2, terms, m2), normal(random, outputs));
    double[][] w = product(linear);
    Tensor written = scope.allocate(DType.F32, outputs, inputs);
    linear.materialize(device, Matrix.of(written));
    double[] elements = written.toDoubles();
    for (int i = 0; i < outputs; i++) {
      for (int j = 0; j < inputs; j++) {
        assertEquals(w[i][j], elements[i * inputs + j], 2e-5);
      }
    }
    int rows = 3;
    Matrix wide = Matrix.of(normal(random, rows, inputs + 2));
    for (boolean slices : new boolean[] {false, true}) {
      Matrix x = slices ? wide.columns(1, 1 + inputs) : Matrix.of(normal(random, rows, inputs));
      Matrix y = Matrix.of(scope.zeros(DType.F32, rows, outputs + (slices ? 3 : 0)));
      Matrix target = slices ? y.columns(2, 2 + outputs) : y;
      for (Activation activation : new Activation[] {Activation.NONE, Activation.RELU}) {
        forward(linear, x, activation, target);
        for (int t = 0; t < rows; t++) {
          for (int i = 0; i < outputs; i++) {
            double sum = linear.bias().toDoubles()[i];
            for (int j = 0; j < inputs; j++) {
              sum += w[i][j] * at(x, t, j);
            }
            double expected = activation == Activation.RELU ? Math.max(0, sum) : sum;
            assertEquals(expected, at(target, t, i), 1e-4 * Math.max(1, Math.abs(sum)));
          }
        }
      }
      if (slices) {
        assertEquals(0, at(y, 1, 1));
        assertEquals(0, at(y, 1, 2 + outputs));
      }
    }
    assertEquals((long) terms * (m1 * n1 + m2 * n2), linear.parameters());
    assertEquals(32 * linear.parameters(), linear.bits());
    assertEquals(
        2L * terms * Math.min(m2 * n1 * (n2 + m1), n2 * m1 * (n1 + m2)), linear.flopsPerRow());
    KroneckerLinear copy = linear.copyTo(scope);
    Tensor again = scope.allocate(DType.F32, outputs, inputs);
    copy.materialize(device, Matrix.of(again));
    assertArrayEquals(written.toFloats(), again.toFloats());
  }

  private void forward(Linear linear, Matrix x, Activation activation, Matrix y) {
    try (Ops ops = new EagerOps(device)) {
      linear.forward(ops, x, activation, y);
    }
  }

  private static double at(Matrix matrix, int row, int col) {
    double[] element = new double[1];
    matrix.data().read(matrix.offset() + (long) row * matrix.stride() + col, element, 0, 1);
    return element[0];
  }

  /** A worked example: A = [1 2; 3 4], B = [0 1; 1 1], x = [1 2 3 4]. */
  @Test
  void theWorkedExample() {
    KroneckerLinear linear =
        new KroneckerLinear(
            scope.floats(new float[] {1, 3, 2, 4}, 2, 1, 2),
            scope.floats(new float[] {0, 1, 1, 1}, 2, 1, 2),
            null);
    Tensor w = scope.allocate(DType.F32, 4, 4);
    linear.materialize(device, Matrix.of(w));
    assertArrayEquals(new float[] {0, 1, 0, 2, 1, 1, 2, 2, 0, 3, 0, 4, 3, 3, 4, 4}, w.toFloats());
    Matrix y = Matrix.of(scope.zeros(DType.F32, 1, 4));
    forward(linear, Matrix.of(scope.floats(new float[] {1, 2, 3, 4}, 1, 4)), Activation.NONE, y);
    assertArrayEquals(new float[] {10, 17, 22, 37}, y.data().toFloats());
    assertEquals("2x2 (x) 2x2, R=1", linear.label());
    assertEquals("kronecker", linear.form());
  }

  @Test
  void factorsOfUnequalTermsAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new KroneckerLinear(normal(random, 2, 1, 2), normal(random, 2, 2, 2), null));
  }
}
