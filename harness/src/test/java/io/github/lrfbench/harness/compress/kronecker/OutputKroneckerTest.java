package io.github.lrfbench.harness.compress.kronecker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
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

/** Sums of Kronecker products fitted to the outputs, against slow sums in double precision. */
class OutputKroneckerTest extends DeviceCase {
  private final SplittableRandom random = new SplittableRandom(5);

  private double[][] gaussian(int rows, int cols, double scale) {
    double[][] values = new double[rows][cols];
    for (double[] row : values) {
      for (int j = 0; j < cols; j++) {
        row[j] = (float) (scale * random.nextGaussian());
      }
    }
    return values;
  }

  /** Σ x xᵀ of inputs that are rows. */
  private static double[][] gram(double[][] inputs) {
    int n = inputs[0].length;
    double[][] gram = new double[n][n];
    for (double[] x : inputs) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          gram[i][j] += x[i] * x[j];
        }
      }
    }
    return gram;
  }

  private static double[] flat(double[][] x) {
    double[] all = new double[x.length * x[0].length];
    for (int i = 0; i < x.length; i++) {
      System.arraycopy(x[i], 0, all, i * x[0].length, x[0].length);
    }
    return all;
  }

  private OutputKronecker fitted(
      double[][] w, double[][] gram, List<KroneckerShape> shapes, int sweeps) {
    int rows = w.length;
    int cols = w[0].length;
    Matrix weight = Matrix.of(scope.allocate(DType.F32, cols, rows));
    Matrix row = Matrix.of(scope.allocate(DType.F32, rows, cols));
    device.blas().copy(Matrix.of(scope.doubles(flat(w), rows, cols)), row);
    device.blas().transpose(row, weight);
    LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
    Matrix c = Matrix.of(scope.doubles(flat(gram), cols, cols));
    Moments moments = new Moments(1, c, new double[cols], new double[cols]);
    return OutputKronecker.of(slot, shapes, moments, sweeps, true, scope);
  }

  private double[][] matrix(Linear map) {
    Tensor values = scope.allocate(DType.F32, map.outputs(), map.inputs());
    map.copyTo(scope, DType.F32).materialize(device, Matrix.of(values));
    double[][] matrix = new double[map.outputs()][map.inputs()];
    for (int i = 0; i < matrix.length; i++) {
      System.arraycopy(values.toDoubles(), i * map.inputs(), matrix[i], 0, map.inputs());
    }
    return matrix;
  }

  /** ‖(W − Ŵ) X‖², input by input. */
  private static double error(double[][] w, double[][] other, double[][] inputs) {
    double sum = 0;
    for (double[] x : inputs) {
      for (int i = 0; i < w.length; i++) {
        double output = 0;
        for (int j = 0; j < x.length; j++) {
          output += (w[i][j] - other[i][j]) * x[j];
        }
        sum += output * output;
      }
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({
    "12, 20, 40, 1, 1",
    "12, 20, 7, 1, 1",
    "24, 16, 40, 1e15, 1e-15",
    "24, 16, 40, 1e-15, 1e15",
    "7, 5, 9, 1, 1",
    "1, 30, 40, 1, 1",
    "30, 1, 4, 1, 1",
    "1, 1, 1, 1, 1"
  })
  void outputsAreNoWorseThanThoseOfTheNearest(
      int rows, int cols, int tokens, double size, double inputSize) {
    double[][] w = gaussian(rows, cols, size);
    double[][] inputs = gaussian(tokens, cols, inputSize);
    List<KroneckerShape> shapes = ShapeFamily.all(rows, cols, 8);
    OutputKronecker made = fitted(w, gram(inputs), shapes, 10);
    double energy = error(w, new double[rows][cols], inputs);
    assertEquals(energy, made.points().energy(), 1e-5 * energy);
    for (int i = 0; i < shapes.size(); i++) {
      Linear map = made.fit(i, scope).map();
      double error = error(w, matrix(map), inputs);
      double ofNearest = error(w, matrix(nearest(made, i)), inputs);
      assertTrue(error <= ofNearest + 1e-6 * energy, error + " above " + ofNearest);
      double predicted = made.fit(i, scope).diagnostics().predictedError();
      assertEquals(error, predicted * predicted, 1e-5 * energy);
      assertEquals(shapes.get(i).numbers(), map.parameters());
    }
    int last = shapes.size() - 1;
    assertEquals(
        error(w, matrix(made.fit(last, scope).map()), inputs),
        made.points().get(last).squaredError(),
        1e-5 * energy);
  }

  private Linear nearest(OutputKronecker made, int point) {
    return NearestKronecker.of(made.slot(), made.shapes(), false, scope).fit(point, scope).map();
  }

  /** The products of one size leave what no other factor A beside the same B would. */
  @ParameterizedTest
  @CsvSource({
    "4, 3, 3, 5, 2",
    "2, 6, 6, 2, 3",
    "6, 1, 2, 15, 1",
    "6, 15, 2, 1, 1",
    "1, 5, 9, 3, 2"
  })
  void theFactorsOfAnotherAreNoBetter(int m1, int n1, int m2, int n2, int terms) {
    KroneckerShape shape = new KroneckerShape(m1, n1, m2, n2, terms);
    double[][] w = gaussian(m1 * m2, n1 * n2, 1);
    double[][] inputs = gaussian(50, n1 * n2, 1);
    for (double[] x : inputs) {
      // Neighbours have much in common, as hidden units have.
      for (int j = 1; j < x.length; j++) {
        x[j] += 0.7 * x[j - 1];
      }
    }
    OutputKronecker made = fitted(w, gram(inputs), List.of(shape), 1000);
    KroneckerLinear map = (KroneckerLinear) made.fit(0, scope).map();
    double error = error(w, matrix(map), inputs);
    double energy = error(w, new double[m1 * m2][n1 * n2], inputs);
    for (int trial = 0; trial < 20; trial++) {
      double size = trial % 2 == 0 ? 0.02 : -0.02;
      Tensor a = changed(map.a(), size);
      Tensor b = changed(map.b(), size);
      double ofA = error(w, matrix(new KroneckerLinear(a, map.b(), null)), inputs);
      double ofB = error(w, matrix(new KroneckerLinear(map.a(), b, null)), inputs);
      assertTrue(ofA > error - 1e-4 * energy, ofA + " below " + error);
      assertTrue(ofB > error - 1e-4 * energy, ofB + " below " + error);
    }
  }

  private Tensor changed(Tensor factor, double size) {
    double[] values = factor.toDoubles();
    int at = random.nextInt(values.length);
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    values[at] += size * largest;
    Tensor changed =
        scope.allocate(
            DType.F64, factor.shape().dim(0), factor.shape().dim(1), factor.shape().dim(2));
    changed.write(0, values, 0, values.length);
    return changed;
  }

  /** A product is found that only the inputs' directions show. */
  @Test
  void whatNoInputReadsCountsForNothing() {
    double[][] a = gaussian(3, 2, 1);
    double[][] b = gaussian(4, 5, 1);
    double[][] inputs = gaussian(30, 10, 1);
    double[][] w = new double[12][10];
    for (int i = 0; i < 12; i++) {
      for (int j = 0; j < 10; j++) {
        w[i][j] = (float) (a[i / 4][j / 5] * b[i % 4][j % 5]);
      }
      // Inputs 4 and 9 are always the same, so that what one adds the other may take away.
      double noise = random.nextGaussian();
      w[i][4] += noise;
      w[i][9] -= noise;
    }
    for (double[] x : inputs) {
      x[9] = x[4];
    }
    double energy = error(w, new double[12][10], inputs);
    OutputKronecker made =
        fitted(w, gram(inputs), List.of(new KroneckerShape(3, 2, 4, 5, 1)), 1000);
    assertTrue(error(w, matrix(nearest(made, 0)), inputs) > 1e-2 * energy);
    assertTrue(error(w, matrix(made.fit(0, scope).map()), inputs) < 1e-3 * energy);
  }

  @Test
  void whiteInputsAskForTheNearest() {
    double[][] w = gaussian(12, 20, 1);
    double[][] white = new double[20][20];
    for (int i = 0; i < 20; i++) {
      white[i][i] = 3;
    }
    List<KroneckerShape> shapes = ShapeFamily.all(12, 20, 8);
    OutputKronecker made = fitted(w, gram(white), shapes, 10);
    OperatingPoints nearest = NearestKronecker.of(made.slot(), shapes, true, scope).points();
    for (int i = 0; i < shapes.size(); i++) {
      assertEquals(
          9 * nearest.get(i).squaredError(),
          error(w, matrix(made.fit(i, scope).map()), white),
          1e-5 * 9 * nearest.energy());
    }
  }

  @Test
  void zerosStayZeros() {
    List<KroneckerShape> shapes = ShapeFamily.all(4, 6, 4);
    double[][] zero = new double[4][6];
    double[][] inputs = gaussian(9, 6, 1);
    for (double[][] gram : List.of(gram(inputs), new double[6][6])) {
      for (double[][] w : List.of(zero, gaussian(4, 6, 1))) {
        OutputKronecker made = fitted(w, gram, shapes, 10);
        for (int i = 0; i < shapes.size(); i++) {
          double error = made.points().get(i).squaredError();
          assertTrue(error >= 0 && error <= made.points().energy() + 1e-9, error + "");
        }
      }
    }
  }

  /** Most errors are estimated from few fits; all lie between none and all of the outputs. */
  @Test
  void errorsOfAllPointsAreKnown() {
    double[][] w = gaussian(48, 36, 1);
    double[][] inputs = gaussian(60, 36, 1);
    OutputKronecker made = fitted(w, gram(inputs), ShapeFamily.all(48, 36, 16), 10);
    assertTrue(!made.measuresAll());
    double[] errors =
        made.squaredErrors(
            Matrix.of(scope.doubles(flat(w), 48, 36)), ErrorMetric.outputs(made.moments()));
    assertEquals(Math.max(1, made.points().saving()), errors.length);
    for (int i = 0; i < errors.length; i++) {
      assertTrue(errors[i] > 0 && errors[i] < made.points().energy(), errors[i] + "");
    }
  }

  @Test
  void whatWouldChangeNothingIsRefused() {
    for (String wrong : List.of("sweeps=3", "tokens=reached", "statistics=sequential")) {
      assertThrows(InputException.class, () -> MethodSpec.parse("kronecker:" + wrong), wrong);
      MethodSpec.parse("kronecker:fit=outputs:" + wrong);
    }
  }
}
