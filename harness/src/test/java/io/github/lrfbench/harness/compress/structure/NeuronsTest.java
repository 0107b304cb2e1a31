package io.github.lrfbench.harness.compress.structure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fewer neurons, beside the same by plain elimination. */
class NeuronsTest {
  private static final double[][] W = {{2, -1, 0}, {1, 3, -2}, {0, 1, 4}, {-1, 2, 1}};
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
    void run(Neurons neurons);
  }

  private LinearSlot slot(String role, double[][] w) {
    Matrix weight = Matrix.of(scope.allocate(DType.F32, w[0].length, w.length));
    double[] flat = Arrays.stream(Slow.transpose(w)).flatMapToDouble(Arrays::stream).toArray();
    weight.data().write(0, flat, 0, flat.length);
    return new LinearSlot(role, 0, role, new DenseLinear(weight, null));
  }

  private void with(double[][] w, double[][] x, String method, Check check) {
    double[][] first = new double[x.length][2];
    Arrays.setAll(first, i -> new double[] {i, -i});
    try (ActivationMoments moments = InputMoments.of("x", x, scope);
        FactorizationCache cache = new FactorizationCache(device)) {
      check.run(
          new Neurons(
              new Pair(slot("intermediate", first), slot("output", w)),
              moments.of("x"),
              MethodSpec.parse(method).options(),
              cache,
              "case"));
    }
  }

  /** Numbers that single precision holds. */
  private static double[][] single(double[][] values) {
    return Arrays.stream(values)
        .map(row -> Arrays.stream(row).map(value -> (float) value).toArray())
        .toArray(double[][]::new);
  }

  private static double[][] fitted(Neurons neurons, int kept, Scope scope) {
    Matrix weight = neurons.fit(kept, scope).second().dense();
    double[] flat = weight.data().toDoubles();
    double[][] rows = new double[weight.rows()][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * weight.cols(), (i + 1) * weight.cols()));
    return Slow.transpose(rows);
  }

  @Test
  void theWorkedExample() {
    with(
        W,
        X,
        "ffn-nystrom:ridge=0:bias=keep",
        neurons -> {
          assertArrayEquals(new int[] {1, 2}, neurons.kept(2));
          assertArrayEquals(new int[] {1}, neurons.kept(1));
          assertEquals(84, neurons.squaredErrors()[2], 84e-9);
          assertEquals(0, neurons.squaredErrors()[3]);
          double[][] fitted = fitted(neurons, 2, scope);
          assertEquals(-0.666667, fitted[0][0], 1e-6);
          assertEquals(-0.333333, fitted[0][1], 1e-6);
        });
    with(
        W,
        X,
        "ffn-nystrom:ridge=0:bias=keep:select=leverage",
        neurons -> {
          assertArrayEquals(new int[] {0, 1}, neurons.kept(2));
          assertEquals(135.692308, neurons.squaredErrors()[2], 1e-6);
        });
    with(
        W,
        X,
        "ffn-nystrom:ridge=0",
        neurons -> {
          assertArrayEquals(new int[] {1, 2}, neurons.kept(2));
          assertEquals(18.782609, neurons.squaredErrors()[2], 1e-6);
          // No better than any matrix of this rank with a bias: AFM's.
          assertTrue(neurons.squaredErrors()[2] >= 7.669267);
        });
  }

  @Test
  void leverageScoresAreThoseOfTheWorkedExample() {
    double[][] c = Slow.gram(X, false);
    double[][] damped = Slow.gram(X, false);
    IntStream.range(0, 3).forEach(i -> damped[i][i] += 1);
    double[][] scores = Slow.solve(damped, c);
    assertEquals(0.933564, scores[0][0], 1e-6);
    assertEquals(0.979268, scores[1][1], 1e-6);
    assertEquals(0.866185, scores[2][2], 1e-6);
    with(
        W,
        X,
        "ffn-nystrom:select=leverage:bias=keep",
        neurons -> assertArrayEquals(new int[] {1}, neurons.kept(1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ffn-nystrom:ridge=0:bias=keep",
        "ffn-nystrom:ridge=0",
        "ffn-nystrom:ridge=0:select=leverage",
        "ffn-nystrom:ridge=1e-3:bias=keep"
      })
  void everyWidthIsTheBestPredictionOfTheOthers(String method) {
    SplittableRandom random = new SplittableRandom(4);
    double[][] w = single(Slow.random(24, 16, random));
    double[][] x = Slow.product(Slow.random(16, 16, random), Slow.random(16, 200, random));
    for (double[] row : x) {
      Arrays.setAll(row, i -> row[i] + 2);
    }
    boolean centred = !method.contains("keep");
    double[][] c = Slow.gram(x, centred);
    if (method.contains("1e-3")) {
      double trace = IntStream.range(0, 16).mapToDouble(i -> c[i][i]).sum();
      IntStream.range(0, 16).forEach(i -> c[i][i] += 1e-3 * trace / 16);
    }
    with(
        w,
        x,
        method,
        neurons -> {
          double[] errors = neurons.squaredErrors();
          assertEquals(Slow.squaredError(w, c), errors[0], 1e-9 * errors[0]);
          for (int k = 1; k <= 16; k++) {
            int[] kept = neurons.kept(k);
            double[][] best = Slow.nystrom(w, c, kept);
            assertEquals(Slow.squaredError(w, c, kept, best), errors[k], 1e-9 * errors[0]);
            double[][] fitted = fitted(neurons, k, scope);
            for (int i = 0; i < best.length; i++) {
              assertArrayEquals(best[i], fitted[i], 1e-5);
            }
            // What the pair does is what its parts do.
            double[] product = neurons.fit(k, scope).product().data().toDoubles();
            for (int j = 0; j < k; j++) {
              assertEquals(fitted[3][j], product[3 * 16 + kept[j]]);
            }
          }
        });
  }

  /** Whatever is removed before: single removals with their updates, and each tried anew. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void removalsAreTheCheapest(boolean centred) {
    SplittableRandom random = new SplittableRandom(7);
    double[][] w = single(Slow.random(6, 12, random));
    double[][] x = Slow.random(12, 40, random);
    double[][] c = Slow.gram(x, centred);
    with(
        w,
        x,
        "ffn-nystrom:ridge=0" + (centred ? "" : ":bias=keep"),
        neurons -> {
          int[] left = IntStream.range(0, 12).toArray();
          while (left.length > 0) {
            assertArrayEquals(left, neurons.kept(left.length));
            int gone = Slow.cheapest(w, c, left);
            left = IntStream.of(left).filter(i -> i != gone).toArray();
          }
        });
  }

  /** More neurons than are removed at once, so that matrices are updated and made smaller. */
  @ParameterizedTest
  @CsvSource({"150, 8", "260, 300"})
  void removalsOfManyAreThoseOfOneByOne(int n, int outputs) {
    SplittableRandom random = new SplittableRandom(n);
    double[][] w = single(Slow.random(outputs, n, random));
    double[][] x = Slow.random(n, 2 * n, random);
    double[][] eye = new double[n][n];
    IntStream.range(0, n).forEach(i -> eye[i][i] = 1);
    double[][] p = Slow.solve(Slow.gram(x, true), eye);
    double[][] standing = Arrays.stream(w).map(double[]::clone).toArray(double[][]::new);
    List<Integer> left = new ArrayList<>(IntStream.range(0, n).boxed().toList());
    List<Integer> removed = new ArrayList<>();
    List<Double> costs = new ArrayList<>();
    while (!left.isEmpty()) {
      int best = -1;
      double least = Double.POSITIVE_INFINITY;
      for (int j : left) {
        double cost = 0;
        for (double[] row : standing) {
          cost += row[j] * row[j];
        }
        if (cost / p[j][j] < least) {
          least = cost / p[j][j];
          best = j;
        }
      }
      double[] column = p[best].clone();
      double pivot = column[best];
      for (double[] row : standing) {
        double own = row[best] / pivot;
        for (int j : left) {
          row[j] -= own * column[j];
        }
      }
      for (int i : left) {
        for (int j : left) {
          p[i][j] -= column[i] * column[j] / pivot;
        }
      }
      left.remove(Integer.valueOf(best));
      removed.add(best);
      costs.add(least);
    }
    with(
        w,
        x,
        "ffn-nystrom:ridge=0",
        neurons -> {
          double[] errors = neurons.squaredErrors();
          double sum = 0;
          for (int i = 0; i < n - 1; i++) {
            int[] kept =
                removed.subList(i + 1, n).stream().mapToInt(Integer::intValue).sorted().toArray();
            assertArrayEquals(kept, neurons.kept(kept.length));
            sum += costs.get(i);
            assertEquals(sum, errors[kept.length], 1e-9 * errors[0]);
          }
        });
  }

  /** Neurons that follow from others cost nothing, with and without the mean. */
  @Test
  void whatFollowsFromOthersIsLostForNothing() {
    SplittableRandom random = new SplittableRandom(11);
    double[][] x = Slow.random(8, 50, random);
    for (int t = 0; t < 50; t++) {
      x[3][t] = 2 * x[0][t] - x[1][t];
      x[6][t] = x[2][t] + 5;
    }
    double[][] w = single(Slow.random(5, 8, random));
    with(
        w,
        x,
        "ffn-nystrom:ridge=1e-9",
        neurons -> {
          double[] errors = neurons.squaredErrors();
          assertEquals(0, errors[6] / errors[0], 1e-6);
          assertTrue(errors[5] / errors[0] > 1e-3);
        });
  }

  @Test
  void hostileMoments() {
    with(
        new double[][] {{3}},
        new double[][] {{2, 1}},
        "ffn-nystrom",
        neurons -> assertEquals(3, fitted(neurons, 1, scope)[0][0], 1e-6));
    double[][] zero = new double[4][3];
    with(
        zero,
        X,
        "ffn-nystrom",
        neurons -> {
          assertEquals(0, neurons.squaredErrors()[1]);
          assertArrayEquals(new double[1], fitted(neurons, 1, scope)[2]);
        });
    // Neurons that never change; fewer tokens than neurons.
    for (String method : List.of("ffn-nystrom", "ffn-nystrom:ridge=0", "ffn-nystrom:bias=keep")) {
      for (double[][] x : List.of(new double[3][6], new double[][] {{1, 2}, {1, 2}, {-1, 0}})) {
        with(
            W,
            x,
            method + ":select=leverage",
            neurons -> assertTrue(Double.isFinite(fitted(neurons, 2, scope)[1][1])));
        with(
            W,
            x,
            method,
            neurons -> {
              assertTrue(Double.isFinite(fitted(neurons, 2, scope)[1][1]), method);
              assertEquals(0, neurons.squaredErrors()[3]);
            });
      }
    }
    double[][] broken = {{1, Double.NaN}, {0, 1}, {1, 1}};
    InputException refused =
        assertThrows(InputException.class, () -> with(W, broken, "ffn-nystrom", n -> n.kept(1)));
    assertTrue(refused.getMessage().contains("output"), refused.getMessage());
  }
}
