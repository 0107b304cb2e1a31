package io.github.lrfbench.harness.compress.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.structure.Narrowing.Narrow;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values of fewer dimensions, beside their errors by plain loops. */
class ValueHeadsTest {
  private static final double[][] V = {{2, -1, 0}, {1, 3, -2}, {0, 1, 4}, {-1, 2, 1}};
  private static final double[][] O = {{1, 0, 2, -1}, {0, 1, -1, 1}, {2, 1, 0, 1}};
  private static final double[][] X = {
    {1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}
  };

  private Device device;
  private Scope scope;

  String deviceId() {
    return "cpu";
  }

  @BeforeEach
  void open() {
    device = Devices.open(deviceId(), new DeviceOptions(1), line -> {});
    scope = device.openScope();
  }

  @AfterEach
  void close() {
    scope.close();
    device.close();
  }

  private interface Check {
    void run(ValueHeads heads);
  }

  private LinearSlot slot(String role, double[][] w, double[] bias) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, w[0].length, w.length));
    double[] flat = Arrays.stream(Slow.transpose(w)).flatMapToDouble(Arrays::stream).toArray();
    weight.data().write(0, flat, 0, flat.length);
    Tensor vector = null;
    if (bias != null) {
      vector = scope.allocate(DType.F32, bias.length);
      vector.write(0, bias, 0, bias.length);
    }
    return new LinearSlot(role, 0, role, new DenseLinear(weight, vector));
  }

  private void with(
      double[][] v,
      double[] bias,
      double[][] o,
      double[][] x,
      double[][] mixed,
      int heads,
      String method,
      Check check) {
    try (ActivationMoments inputs = InputMoments.of("x", x, scope);
        ActivationMoments outputs = InputMoments.of("y", mixed, scope);
        FactorizationCache cache = new FactorizationCache(device)) {
      check.run(
          new ValueHeads(
              new Pair(slot("value", v, bias), slot("attention_output", o, null)),
              heads,
              inputs.of("x"),
              outputs.of("y"),
              MethodSpec.parse(method).options(),
              cache,
              "case"));
    }
  }

  /** Of the first head a token is the mean of the values up to it, of the others its own. */
  private static double[][] mix(double[][] v, double[] bias, double[][] x, int heads) {
    double[][] values = Slow.product(v, x);
    int size = v.length / heads;
    for (int i = 0; i < v.length; i++) {
      double sum = 0;
      for (int t = 0; t < x[0].length; t++) {
        values[i][t] += bias[i];
        sum += values[i][t];
        values[i][t] = i < size ? sum / (t + 1) : values[i][t];
      }
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "vo-heads:by=flat:bias=keep, 40.025390, 438.204749",
    "vo-heads:by=modegpt:bias=keep, 20.859338, 211.787810",
    "vo-heads:bias=keep, 20.051753, 211.787810",
  })
  void theWorkedExample(String method, double first, double second) {
    double[][] mixed = mix(V, new double[4], X, 2);
    with(
        V,
        null,
        O,
        X,
        mixed,
        2,
        method,
        heads -> {
          assertEquals(494.766389 + 650, heads.squaredErrors()[0], 1e-6);
          assertEquals(first + second, heads.squaredErrors()[1], 2e-6);
          assertEquals(0, heads.squaredErrors()[2], 1e-9);
        });
    // Each head alone.
    for (int head = 0; head < 2; head++) {
      int[] own = {2 * head, 2 * head + 1};
      double expected = head == 0 ? first : second;
      with(
          Slow.rows(V, own),
          null,
          Slow.columns(O, own),
          X,
          Slow.rows(mixed, own),
          1,
          method,
          heads -> assertEquals(expected, heads.squaredErrors()[1], 1e-6));
    }
  }

  private static double[][] rows(Matrix matrix) {
    double[] flat = matrix.data().toDoubles();
    double[][] rows = new double[matrix.rows()][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * matrix.cols(), (i + 1) * matrix.cols()));
    return rows;
  }

  private static double[][] single(double[][] values) {
    return Arrays.stream(values)
        .map(row -> Arrays.stream(row).map(value -> (float) value).toArray())
        .toArray(double[][]::new);
  }

  /** Errors are those of the matrices; no other choice of directions is better for a head. */
  @ParameterizedTest
  @CsvSource({"keep, 3, 4, 9, 12", "compensate, 3, 4, 9, 12", "compensate, 2, 5, 7, 3"})
  void exactIsTheBestOfEveryHead(String bias, int count, int size, int inputs, int outputs) {
    SplittableRandom random = new SplittableRandom(size);
    double[][] v = single(Slow.random(count * size, inputs, random));
    double[][] o = single(Slow.random(outputs, count * size, random));
    double[] b = single(Slow.random(1, count * size, random))[0];
    double[][] x = Slow.random(inputs, 40, random);
    double[][] mixed = mix(v, b, x, count);
    double[][] errors = new double[3][];
    String[] by = {"exact", "flat", "modegpt"};
    for (int m = 0; m < by.length; m++) {
      int method = m;
      with(
          v,
          b,
          o,
          x,
          mixed,
          count,
          "vo-heads:by=" + by[m] + ":bias=" + bias,
          heads -> {
            errors[method] = heads.squaredErrors();
            for (int kept = 1; kept <= size; kept++) {
              check(heads, kept, o, mixed, count, bias.equals("compensate"));
            }
          });
    }
    for (int kept = 0; kept <= size; kept++) {
      assertTrue(errors[0][kept] <= errors[1][kept] * (1 + 1e-9) + 1e-9);
      assertTrue(errors[0][kept] <= errors[2][kept] * (1 + 1e-9) + 1e-9);
    }
    assertEquals(0, errors[0][size], 1e-9 * errors[0][0]);
  }

  private void check(
      ValueHeads heads, int kept, double[][] o, double[][] mixed, int count, boolean centred) {
    int size = o[0].length / count;
    Narrow narrow = heads.fit(kept, scope);
    double[][] product = rows(narrow.product());
    double sum = 0;
    for (int head = 0; head < count; head++) {
      int[] own = IntStream.range(head * size, (head + 1) * size).toArray();
      double[][] e = Slow.columns(o, own);
      double[][] made = Slow.columns(product, own);
      for (int i = 0; i < e.length; i++) {
        for (int j = 0; j < size; j++) {
          e[i][j] -= made[i][j];
        }
      }
      sum += Slow.squaredError(e, Slow.gram(Slow.rows(mixed, own), centred));
    }
    double energy = heads.squaredErrors()[0];
    assertEquals(sum, heads.squaredErrors()[kept], 1e-9 * energy);
    double[][] together = new double[o.length][o[0].length];
    for (int i = 0; i < o.length; i++) {
      int row = i;
      Arrays.setAll(together[i], j -> o[row][j] - product[row][j]);
    }
    double expected = Slow.squaredError(together, Slow.gram(mixed, centred));
    assertEquals(expected, heads.outputErrors()[kept], 1e-9 * energy);
  }

  /** A head's output matrix and DRONE, which sees what the head gives and nothing else. */
  @Test
  void exactIsDroneOfEveryHead() {
    SplittableRandom random = new SplittableRandom(3);
    double[][] v = single(Slow.random(6, 8, random));
    double[][] o = single(Slow.random(8, 6, random));
    double[][] x = Slow.random(8, 60, random);
    double[][] mixed = mix(v, new double[6], x, 1);
    with(
        v,
        null,
        o,
        x,
        mixed,
        1,
        "vo-heads:bias=keep",
        heads -> {
          float[] flat = new float[48];
          for (int i = 0; i < 48; i++) {
            flat[i] = (float) o[i / 6][i % 6];
          }
          MatrixCase drone = MatrixCase.of(scope, flat, 8, 6).with(mixed);
          for (int kept = 1; kept < 6; kept++) {
            double[][] expected = drone.product("drone", kept);
            double[][] made = rows(heads.fit(kept, scope).product());
            for (int i = 0; i < 8; i++) {
              assertArrayEquals(expected[i], made[i], 1e-9);
            }
          }
          drone.closeMoments();
        });
  }

  /** The maps do what the product says, bias included. */
  @Test
  void theMapsAreTheProduct() {
    SplittableRandom random = new SplittableRandom(8);
    double[][] v = single(Slow.random(6, 5, random));
    double[][] o = single(Slow.random(4, 6, random));
    double[] b = single(Slow.random(1, 6, random))[0];
    double[][] x = Slow.random(5, 30, random);
    with(
        v,
        b,
        o,
        x,
        mix(v, b, x, 2),
        2,
        "vo-heads",
        heads -> {
          for (int kept = 1; kept <= 3; kept++) {
            Narrow narrow = heads.fit(kept, scope);
            Matrix first = Matrix.of(scope.allocate(DType.F32, 6, 5));
            narrow.first().materialize(device, first);
            Matrix second = Matrix.of(scope.allocate(DType.F32, 4, 6));
            narrow.second().materialize(device, second);
            double[][] made = Slow.product(rows(second), rows(first));
            double[][] expected = Slow.product(rows(narrow.product()), v);
            double[][] column = new double[6][1];
            double[] after = narrow.first().bias().toDoubles();
            Arrays.setAll(column, i -> new double[] {after[i]});
            double[][] before = new double[6][1];
            Arrays.setAll(before, i -> new double[] {b[i]});
            double[][] ofBias = Slow.product(rows(second), column);
            double[][] expectedBias = Slow.product(rows(narrow.product()), before);
            for (int i = 0; i < 4; i++) {
              assertArrayEquals(expected[i], made[i], 1e-5);
              assertEquals(expectedBias[i][0], ofBias[i][0], 1e-5);
            }
            assertEquals(2L * kept * 5, narrow.first().parameters());
            assertEquals(2L * kept * 4, narrow.second().parameters());
          }
        });
  }

  @Test
  void valuesThatAreAlwaysZeroAreLostForNothing() {
    double[][] zero = new double[4][6];
    with(
        new double[4][3],
        null,
        O,
        X,
        zero,
        2,
        "vo-heads",
        heads -> {
          assertArrayEquals(new double[3], heads.squaredErrors());
          double[] product = heads.fit(1, scope).product().data().toDoubles();
          assertTrue(Arrays.stream(product).allMatch(Double::isFinite));
        });
  }
}
