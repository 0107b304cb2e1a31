package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.FisherFactors.Factors;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.compress.lowrank.DiagonalTransform;
import io.github.lrfbench.harness.compress.lowrank.InputTransform;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.OutputRoot;
import io.github.lrfbench.harness.compress.lowrank.OutputRoot.Form;
import io.github.lrfbench.harness.compress.lowrank.WeightedMoment;
import io.github.lrfbench.harness.compress.lowrank.WeightedSvd;
import io.github.lrfbench.harness.compress.lowrank.Whitening;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Projections under a metric of outputs and one of inputs, on given second moments. */
class KroneckerFisherTest extends DeviceCase {
  private static final double[][] W = {{2, -1, 0}, {1, 3, -2}, {0, 1, 4}, {-1, 2, 1}};
  private static final double[][] X = {
    {1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}
  };

  /** The gradients of outputs, a column for each token of X. */
  private static final double[][] D = {
    {2, 0, -1, 2, 0, 1}, {0, 1, 1, -1, 1, 0}, {1, -1, 0, 0, 3, -1}, {-1, 1, 0, 1, 0, 1}
  };

  private static final double[][] G = gram(D, null);
  private static final double[][] C = gram(X, null);

  // The slow version of everything: loops over arrays.

  /** Σ w x xᵀ over columns. */
  private static double[][] gram(double[][] x, double[] weights) {
    double[][] gram = new double[x.length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x.length; j++) {
        for (int t = 0; t < x[0].length; t++) {
          gram[i][j] += (weights == null ? 1 : weights[t]) * x[i][t] * x[j][t];
        }
      }
    }
    return gram;
  }

  private static double[] squaredNorms(double[][] x) {
    double[] norms = new double[x[0].length];
    for (double[] row : x) {
      for (int t = 0; t < norms.length; t++) {
        norms[t] += row[t] * row[t];
      }
    }
    return norms;
  }

  /** tr(Eᵀ G E C). */
  private static double cost(double[][] e, double[][] g, double[][] c) {
    double cost = 0;
    for (int i = 0; i < g.length; i++) {
      for (int k = 0; k < g.length; k++) {
        for (int j = 0; j < c.length; j++) {
          for (int l = 0; l < c.length; l++) {
            cost += e[i][j] * g[i][k] * e[k][l] * c[l][j];
          }
        }
      }
    }
    return cost;
  }

  private static double[][] minus(double[][] w, double[][] other) {
    double[][] difference = new double[w.length][];
    for (int i = 0; i < w.length; i++) {
      difference[i] = w[i].clone();
      for (int j = 0; j < w[i].length; j++) {
        difference[i][j] -= other[i][j];
      }
    }
    return difference;
  }

  private static double[][] shrunk(double[][] g, double share) {
    double mean = 0;
    for (int i = 0; i < g.length; i++) {
      mean += g[i][i] / g.length;
    }
    double[][] shrunk = new double[g.length][g.length];
    for (int i = 0; i < g.length; i++) {
      for (int j = 0; j < g.length; j++) {
        shrunk[i][j] = (1 - share) * g[i][j] + (i == j ? share * mean : 0);
      }
    }
    return shrunk;
  }

  private static double[][] scaledIdentity(int n, double value) {
    double[][] identity = new double[n][n];
    for (int i = 0; i < n; i++) {
      identity[i][i] = value;
    }
    return identity;
  }

  /**
   * Singular values' squares of Lᵀ W R from the eigenvalues of W C Wᵀ G, by deflated iterations.
   */
  private static double[] squares(double[][] w, double[][] g, double[][] c) {
    double[][] m = times(times(times(w, c), transpose(w)), g);
    int count = Math.min(w.length, w[0].length);
    double[] values = new double[count];
    for (int k = 0; k < count; k++) {
      double[] right = new double[m.length];
      double[] left = new double[m.length];
      Arrays.setAll(right, i -> 1 + 0.37 * i * (i % 3 - 1));
      Arrays.setAll(left, i -> 1 - 0.21 * i * (i % 2));
      for (int step = 0; step < 4000; step++) {
        right = unit(times(m, right));
        left = unit(times(transpose(m), left));
      }
      double inner = dot(left, right);
      if (Math.abs(inner) < 1e-12) {
        break;
      }
      values[k] = dot(left, times(m, right)) / inner;
      for (int i = 0; i < m.length; i++) {
        for (int j = 0; j < m.length; j++) {
          m[i][j] -= values[k] * right[i] * left[j] / inner;
        }
      }
    }
    return values;
  }

  private static double[] unit(double[] x) {
    double norm = Math.sqrt(dot(x, x));
    return Arrays.stream(x).map(value -> norm > 0 ? value / norm : 0).toArray();
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static double[] times(double[][] m, double[] x) {
    return Arrays.stream(m).mapToDouble(row -> dot(row, x)).toArray();
  }

  private static double[][] times(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < b[0].length; j++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }

  private static double[][] transpose(double[][] a) {
    double[][] transposed = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        transposed[j][i] = a[i][j];
      }
    }
    return transposed;
  }

  // What is tested.

  private Matrix matrix(double[][] rows) {
    double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray();
    return Matrix.of(scope.doubles(flat, rows.length, rows[0].length));
  }

  private MatrixCase slot(double[][] w) {
    float[] flat = new float[w.length * w[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) w[i / w[0].length][i % w[0].length];
    }
    return MatrixCase.of(scope, flat, w.length, w[0].length);
  }

  private LowRankFactorization projection(
      double[][] w, double[][] g, double[][] c, OutputRoot root, int rank) {
    Matrix outputs = matrix(g);
    return OutputProjection.decompose(
            slot(w).request(MethodOptions.NONE, rank),
            slot -> new WeightedMoment(matrix(c)),
            (slot, scratch) -> root.of(slot.name(), outputs, scratch))
        .get(0);
  }

  private double[][] product(LowRankFactorization made, int rank) {
    LowRankFactors factors = made.cut(rank, scope).factors();
    double[] flat =
        Matrices.product(
                true,
                Matrices.toDouble(factors.up(), scope),
                true,
                Matrices.toDouble(factors.down(), scope),
                scope)
            .data()
            .toDoubles();
    double[][] rows = new double[made.rows()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(flat, i * made.cols(), (i + 1) * made.cols());
    }
    return rows;
  }

  private double[][] product(double[][] w, double[][] g, double[][] c, OutputRoot root, int rank) {
    return product(projection(w, g, c, root, rank), rank);
  }

  private static final OutputRoot EXACT = new OutputRoot(0, Form.EXACT);

  private static void assertClose(double expected, double actual) {
    assertEquals(expected, actual, 1e-7 * expected);
  }

  @ParameterizedTest
  @CsvSource({
    "EXACT, 0, 1, 1354.830856",
    "EXACT, 0, 2, 301.415549",
    "LITERAL, 0, 1, 1421.141201",
    "LITERAL, 0, 2, 377.931535",
    "DIAGONAL, 0, 1, 1376.684515",
    "DIAGONAL, 0, 2, 550.252931",
  })
  void costsOfTheWorkedExample(Form form, double share, int rank, double expected) {
    double[][] made = product(W, G, C, new OutputRoot(share, form), rank);
    assertClose(expected, cost(minus(W, made), G, C));
  }

  @Test
  void otherFiguresOfTheWorkedExample() {
    assertClose(5694, cost(W, G, C));
    double[][] one = product(W, G, C, EXACT, 1);
    double[][] two = product(W, G, C, EXACT, 2);
    assertClose(244.482933, cost(minus(W, one), scaledIdentity(4, 1), C));
    assertClose(133.447591, cost(minus(W, two), scaledIdentity(4, 1), C));
    assertArrayEquals(new double[] {-1.067397, 3.319938, -1.176523}, two[1], 1e-6);
    double[] spectrum = projection(W, G, C, EXACT, 3).spectrum().values();
    double[] squares = {4339.169144, 1053.415307, 301.415549};
    for (int i = 0; i < 3; i++) {
      assertClose(squares[i], spectrum[i] * spectrum[i]);
    }
    assertArrayEquals(squares, squares(W, G, C), 1e-5);
    OutputRoot drawn = new OutputRoot(0.3, Form.EXACT);
    double[][] own = shrunk(G, 0.3);
    double[][] k = shrunk(C, 0.1);
    double[] shares = {1835.089405, 512.120488, 1367.541973, 344.666116};
    for (int rank = 1; rank <= 2; rank++) {
      double[][] made = product(W, own, k, EXACT, rank);
      assertClose(shares[rank - 1], cost(minus(W, made), own, k));
      assertClose(shares[rank + 1], cost(minus(W, made), G, C));
      Errors.assertEqual(made, product(W, G, k, drawn, rank), 1e-9, "shrunk by the root");
    }
  }

  @Test
  void costsByTheTokensThemselves() {
    double[][] weighted = gram(X, squaredNorms(D));
    assertArrayEquals(new double[] {113, 65, -26}, weighted[0]);
    double[][] expected = {{73.746175, 55.390082}, {14.020850, 13.906910}};
    for (int rank = 1; rank <= 2; rank++) {
      double[] costs = {
        ofTokens(minus(W, product(W, G, C, EXACT, rank))),
        ofTokens(minus(W, product(W, G, weighted, EXACT, rank)))
      };
      assertClose(expected[rank - 1][0], costs[0]);
      assertClose(expected[rank - 1][1], costs[1]);
    }
    assertClose(350, ofTokens(W));
  }

  /** Σ (gᵀ E x)². */
  private static double ofTokens(double[][] e) {
    double sum = 0;
    double[][] images = times(e, X);
    for (int t = 0; t < X[0].length; t++) {
      double slope = 0;
      for (int i = 0; i < D.length; i++) {
        slope += D[i][t] * images[i][t];
      }
      sum += slope * slope;
    }
    return sum;
  }

  private static double[][] random(int rows, int cols, SplittableRandom random) {
    double[][] x = new double[rows][cols];
    for (double[] row : x) {
      // Of single precision, as weights are.
      Arrays.setAll(row, j -> (float) random.nextGaussian());
    }
    return x;
  }

  /** At every rank of a random matrix, wide and tall. */
  @ParameterizedTest
  @CsvSource({"24, 16", "16, 24"})
  void equalsWhatItShould(int m, int n) {
    SplittableRandom random = new SplittableRandom(9);
    double[][] w = random(m, n, random);
    double[][] c = gram(random(n, 200, random), null);
    double[][] g = gram(random(m, 200, random), null);
    double[][] diagonal = scaledIdentity(m, 0);
    for (int i = 0; i < m; i++) {
      diagonal[i][i] = g[i][i];
    }
    double[][] white = scaledIdentity(m, 3.5);
    double[] squares = squares(w, g, c);
    MatrixCase slot = slot(w);
    for (int rank = 1; rank < Math.min(m, n); rank++) {
      LowRankFactorization drone =
          OutputProjection.decompose(
                  slot.request(MethodOptions.NONE, rank), s -> new WeightedMoment(matrix(c)))
              .get(0);
      Errors.assertEqual(
          product(drone, rank), product(w, white, c, EXACT, rank), 1e-9, "white outputs");
      Errors.assertEqual(
          product(drone, rank),
          product(w, g, c, new OutputRoot(1, Form.EXACT), rank),
          1e-9,
          "outputs shrunk to white ones");
      LowRankFactorization svd =
          WeightedSvd.decompose(slot.request(MethodOptions.NONE, rank)).get(0);
      double[][] one = scaledIdentity(m, 1);
      double[][] whiteInputs = scaledIdentity(n, 1);
      double least = cost(minus(w, product(svd, rank)), one, whiteInputs);
      double[][] plain = product(w, white, scaledIdentity(n, 2), EXACT, rank);
      assertEquals(least, cost(minus(w, plain), one, whiteInputs), 1e-4 * least);
      double[][] exact = product(w, g, c, EXACT, rank);
      OutputRoot literal = new OutputRoot(0, Form.LITERAL);
      Errors.assertEqual(
          product(w, diagonal, c, EXACT, rank),
          product(w, diagonal, c, literal, rank),
          1e-9,
          "diagonal");
      Errors.assertEqual(
          product(w, diagonal, c, EXACT, rank),
          product(w, g, c, new OutputRoot(0, Form.DIAGONAL), rank),
          1e-9,
          "the diagonal alone");
      double cost = cost(minus(w, exact), g, c);
      assertTrue(cost(minus(w, product(w, g, c, literal, rank)), g, c) > 1.0001 * cost);
      assertTrue(cost <= cost(minus(w, product(drone, rank)), g, c) * (1 + 1e-9));
      // Its own objective, by an independent computation.
      double dropped = Arrays.stream(squares, rank, squares.length).sum();
      assertEquals(dropped, cost, 1e-6 * dropped);
      Errors.assertEqual(cholesky(w, g, c, rank), exact, 1e-8, "by both roots");
    }
  }

  /** Lᵀ W R cut by singular values, both roots taken back. */
  private double[][] cholesky(double[][] w, double[][] g, double[][] c, int rank) {
    Matrix l = matrix(g);
    assertTrue(device.lapack().cholesky(l));
    double[][] weighted = new double[w.length][w[0].length];
    double[] flat = Matrices.product(true, l, false, matrix(w), scope).data().toDoubles();
    for (int i = 0; i < w.length; i++) {
      weighted[i] = Arrays.copyOfRange(flat, i * w[0].length, (i + 1) * w[0].length);
    }
    int size = Math.min(w.length, w[0].length);
    Matrix u = Matrices.allocate(scope, w.length, size);
    Matrix vt = Matrices.allocate(scope, size, w[0].length);
    InputTransform right = Whitening.byCholesky(matrix(c), scope);
    Tensor s = scope.allocate(DType.F64, size);
    device.lapack().svd(right.multiply(matrix(weighted), scope), s, u, vt);
    right.divide(vt);
    Matrix left = Matrices.copy(u.columns(0, rank), u.dtype(), scope);
    device.blas().scaleColumns(left, Arrays.copyOf(s.toDoubles(), rank));
    device.lapack().solveLower(true, l, left);
    double[] product =
        Matrices.product(false, left, false, vt.rows(0, rank), scope).data().toDoubles();
    double[][] rows = new double[w.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(product, i * w[0].length, (i + 1) * w[0].length);
    }
    return rows;
  }

  /** Samples of two tokens each, in the example's metric of the Kronecker product next to them. */
  @Test
  void nearestProductsOfTheWorkedExample() {
    double[][] u = null;
    double[][] v = scaledIdentity(3, 1);
    double[][][] samples = new double[3][][];
    for (int s = 0; s < 3; s++) {
      samples[s] = times(columns(D, 2 * s), transpose(columns(X, 2 * s)));
    }
    assertArrayEquals(new double[] {2, 8, 0}, samples[0][0]);
    double[] importances = new double[3];
    for (int step = 0; step < 60; step++) {
      u = new double[4][4];
      double[][] next = new double[3][3];
      for (double[][] sample : samples) {
        add(u, times(times(sample, v), transpose(sample)));
      }
      double length = Math.sqrt(Arrays.stream(u).mapToDouble(row -> dot(row, row)).sum());
      for (double[] row : u) {
        Arrays.setAll(row, j -> row[j] / length);
      }
      Arrays.fill(importances, 0);
      for (double[][] sample : samples) {
        add(next, times(times(transpose(sample), u), sample));
        for (int j = 0; j < 3; j++) {
          for (double[] row : sample) {
            importances[j] += row[j] * row[j] / 3;
          }
        }
      }
      v = next;
      for (double[] row : v) {
        Arrays.setAll(row, j -> row[j] / 3);
      }
    }
    double[] scales = Arrays.stream(importances).map(Math::sqrt).toArray();
    assertArrayEquals(new double[] {5.385165, 9.110434, 3}, scales, 1e-6);
    double[] costs = {7.162593, 0.993946};
    double[] ofFwsvd = {20.698071, 22.623310};
    double[] ofKfac = {22.280853, 6.141357};
    MatrixCase slot = slot(W);
    MethodOptions options = MethodSpec.parse("gfwsvd:shrink=0").options();
    for (int rank = 1; rank <= 2; rank++) {
      Matrix inputs = matrix(v);
      Matrix outputs = matrix(u);
      LowRankFactorization made =
          OutputProjection.decompose(
                  slot.request(options, rank),
                  s -> GfwsvdCompressor.inputs(inputs, 0),
                  (s, scratch) -> EXACT.of(s.name(), outputs, scratch))
              .get(0);
      assertEquals(costs[rank - 1], cost(minus(W, product(made, rank)), u, v), 2e-6);
      double[][] kfac = product(W, G, C, EXACT, rank);
      assertEquals(ofKfac[rank - 1], cost(minus(W, kfac), u, v), 2e-6);
      // With outputs that count alike and importances alone of the inputs it is FWSVD.
      double[][] diagonal = scaledIdentity(3, 0);
      for (int j = 0; j < 3; j++) {
        diagonal[j][j] = importances[j];
      }
      LowRankFactorization fwsvd =
          WeightedSvd.decompose(
                  slot.request(MethodOptions.NONE, rank),
                  (s, scratch) -> new DiagonalTransform(scales))
              .get(0);
      double[][] product = product(fwsvd, rank);
      Errors.assertEqual(
          product, product(W, scaledIdentity(4, 1), diagonal, EXACT, rank), 1e-5, "fwsvd");
      assertEquals(ofFwsvd[rank - 1], cost(minus(W, product), u, v), 1e-3);
      if (rank == 1) {
        double[] row = {0.655503, -0.921089, 0.723729};
        assertArrayEquals(row, product(made, 1)[0], 1e-5);
      }
    }
  }

  private static double[][] columns(double[][] x, int from) {
    return Arrays.stream(x)
        .map(row -> Arrays.copyOfRange(row, from, from + 2))
        .toArray(double[][]::new);
  }

  private static void add(double[][] sum, double[][] amount) {
    for (int i = 0; i < sum.length; i++) {
      for (int j = 0; j < sum[0].length; j++) {
        sum[i][j] += amount[i][j];
      }
    }
  }

  @Test
  void inputsMayBeSingularAndMatricesAsTheyLike() {
    SplittableRandom random = new SplittableRandom(3);
    for (int[] size : new int[][] {{1, 1}, {1, 7}, {7, 1}, {9, 5}, {5, 9}}) {
      double[][] w = random(size[0], size[1], random);
      double[][] few = gram(random(size[1], 2, random), null);
      double[][] g = gram(random(size[0], 2, random), null);
      for (double[][] c : new double[][][] {few, scaledIdentity(size[1], 0)}) {
        for (double[][] matrix : new double[][][] {w, new double[size[0]][size[1]]}) {
          for (double share : new double[] {0, 0.1}) {
            double[][] made = product(matrix, g, c, new OutputRoot(share, Form.EXACT), 1);
            double[][] own = shrunk(g, share);
            double cost = cost(minus(matrix, made), own, c);
            double[] squares = squares(matrix, own, c);
            double dropped = Arrays.stream(squares).skip(1).sum();
            assertEquals(dropped, cost, 1e-4 * Math.abs(cost(matrix, own, c)) + 1e-12);
          }
        }
      }
    }
    // Where inputs span two directions, rank two loses nothing, whatever outputs count.
    double[][] w = random(6, 8, random);
    double[][] c = gram(random(8, 2, random), null);
    double[][] g = gram(random(6, 40, random), null);
    assertEquals(0, cost(minus(w, product(w, g, c, EXACT, 2)), g, c), 1e-9 * cost(w, g, c));
  }

  @Test
  void uselessGradientsAreRefusedInOneLine() {
    for (double value : new double[] {0, Double.NaN, Double.POSITIVE_INFINITY}) {
      double[][] g = scaledIdentity(4, value);
      InputException refused = assertThrows(InputException.class, () -> product(W, g, C, EXACT, 1));
      assertFalse(refused.getMessage().contains("\n"));
      assertTrue(refused.getMessage().contains("gradients of the outputs of w"));
    }
  }

  /** By the options, with biases that make up for the mean and without. */
  @ParameterizedTest
  @CsvSource({
    "kfac:shrink=0:bias=keep, false, false",
    "kfac:shrink=0:bias=compensate, false, true",
    "kfac:shrink=0:weighted=true:bias=keep, true, false",
    "kfac:shrink=0:weighted=true:bias=compensate, true, true",
    "kfac:shrink=0.3:shrink-inputs=0.1:bias=compensate, false, true",
    "kfac:shrink=0.3:shrink-inputs=0.1:weighted=true:bias=compensate, true, true",
  })
  void inputsCountByTheOptions(String method, boolean weighted, boolean centred) {
    MethodOptions options = MethodSpec.parse(method).options();
    double[] weights = weighted ? squaredNorms(D) : new double[] {1, 1, 1, 1, 1, 1};
    double[] mu = Arrays.stream(X).mapToDouble(row -> Arrays.stream(row).sum() / 6).toArray();
    double[][] inputs = new double[3][6];
    double[] sum = new double[3];
    for (int i = 0; i < 3; i++) {
      for (int t = 0; t < 6; t++) {
        inputs[i][t] = X[i][t] - (centred ? mu[i] : 0);
        sum[i] += weights[t] * X[i][t];
      }
    }
    double share = options.number("shrink-inputs");
    double[][] k = shrunk(gram(inputs, weights), share);
    double[][] g = shrunk(G, options.number("shrink"));
    try (ActivationMoments moments = InputMoments.of("w", X, scope)) {
      Factors factors = new Factors(matrix(G), matrix(gram(X, squaredNorms(D))), sum);
      double[] root =
          KfacCompressor.inputs(moments.of("w"), factors, options)
              .gram(matrix(scaledIdentity(3, 1)), scope)
              .data()
              .toDoubles();
      for (int i = 0; i < 9; i++) {
        assertEquals(k[i / 3][i % 3], root[i], 1e-10, method);
      }
      double[][] made =
          product(
              OutputProjection.decompose(
                      slot(W).request(MethodOptions.NONE, 1),
                      slot -> KfacCompressor.inputs(moments.of("w"), factors, options),
                      (slot, scratch) ->
                          KfacCompressor.root(options).of("w", factors.outputs(), scratch))
                  .get(0),
              1);
      double[] squares = squares(W, g, k);
      double dropped = squares[1] + squares[2];
      assertEquals(dropped, cost(minus(W, made), g, k), 1e-6 * dropped, method);
    }
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefused() {
    for (String method :
        new String[] {
          "kfac:form=literal:diag=true",
          "kfac:weighted=true:statistics=sequential",
          "gfwsvd:statistics=sequential:bias=keep",
          "kfac:shrink=1.5",
          "kfac:labels=all",
          "gfwsvd:steps=0"
        }) {
      assertThrows(InputException.class, () -> MethodSpec.parse(method), method);
    }
  }
}
