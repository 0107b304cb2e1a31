package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What taking components away changes the loss by, against plain loops. */
class FirstOrderTest extends DeviceCase {
  private static final float[] W = {2, -1, 0, 1, 3, -2, 0, 1, 4, -1, 2, 1};
  private static final double[][] X = {
    {1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}
  };

  /** G of [4, 3], of the output gradients D of the example: D Xᵀ. */
  private static final double[][] G = {{4, 5, 3}, {4, 6, -1}, {7, 2, -4}, {2, -2, 3}};

  /** Gᵀ. */
  static Matrix transposed(double[][] g, Scope scope) {
    int m = g.length;
    int n = g[0].length;
    double[] flat = new double[m * n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        flat[j * m + i] = g[i][j];
      }
    }
    return Matrix.of(scope.doubles(flat, n, m));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"svdllm", "svdllm:whitening=eigen", "drone", "drone:form=literal", "zssvd"})
  void changesOfTheWorkedExample(String method) {
    MatrixCase example = MatrixCase.of(scope, W, 4, 3).with(X);
    double[] changes = example.decompose(method, 3).firstOrder(transposed(G, scope));
    assertArrayEquals(new double[] {-15.826961, 17.398797, -11.571835}, changes, 2e-5);
    // All components together are W: -⟨G, W⟩.
    assertEquals(-10, Arrays.stream(changes).sum(), 1e-9);
    example.closeMoments();
  }

  /** A matrix of [24, 16] with 200 inputs and output gradients. */
  private static final class Draw {
    private static final int M = 24;
    private static final int N = 16;
    private static final int P = 200;

    private final float[] w = new float[M * N];
    private final double[][] x = new double[N][P];
    private final double[][] g = new double[M][N];

    Draw(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < w.length; i++) {
        w[i] = (float) random.nextGaussian();
      }
      for (int t = 0; t < P; t++) {
        double common = random.nextGaussian();
        for (int j = 0; j < N; j++) {
          x[j][t] = random.nextGaussian() / (1 + j) + common + 0.3;
        }
        for (int i = 0; i < M; i++) {
          double slope = random.nextGaussian();
          for (int j = 0; j < N; j++) {
            g[i][j] += slope * x[j][t];
          }
        }
      }
    }

    /** W X Xᵀ Wᵀ. */
    double[][] outputs() {
      double[][] y = new double[M][P];
      for (int i = 0; i < M; i++) {
        for (int t = 0; t < P; t++) {
          for (int j = 0; j < N; j++) {
            y[i][t] += (double) w[i * N + j] * x[j][t];
          }
        }
      }
      return SlowEigen.gram(y);
    }
  }

  /**
   * Components of the closest outputs are u uᵀ W, u being eigenvectors of W C Wᵀ, so that each
   * changes the loss by −uᵀ G Wᵀ u; and with H = G L⁻ᵀ that is −σ uᵀ H v of the whitened matrix.
   */
  @ParameterizedTest
  @ValueSource(strings = {"svdllm", "drone"})
  void changesAreThoseOfPlainLoopsByBothFormulas(String method) {
    Draw draw = new Draw(4);
    MatrixCase matrix = MatrixCase.of(scope, draw.w, Draw.M, Draw.N).with(draw.x);
    double[] changes = matrix.decompose(method, Draw.N).firstOrder(transposed(draw.g, scope));
    SlowEigen eigen = SlowEigen.of(draw.outputs());
    double[][] l = SlowEigen.cholesky(SlowEigen.gram(draw.x));
    double scale = Arrays.stream(changes).map(Math::abs).max().orElseThrow();
    for (int c = 0; c < Draw.N; c++) {
      double[] u = eigen.vectors()[c];
      double[] left = new double[Draw.N];
      double[] right = new double[Draw.N];
      for (int j = 0; j < Draw.N; j++) {
        for (int i = 0; i < Draw.M; i++) {
          left[j] += u[i] * draw.g[i][j];
          right[j] += u[i] * draw.w[i * Draw.N + j];
        }
      }
      double expected = 0;
      for (int j = 0; j < Draw.N; j++) {
        expected -= left[j] * right[j];
      }
      assertEquals(expected, changes[c], 1e-9 * scale, "component " + c);
      // uᵀ H = uᵀ G L⁻ᵀ by forward substitution, and σ v = Lᵀ (uᵀ W)ᵀ.
      double[] h = new double[Draw.N];
      double whitened = 0;
      for (int j = 0; j < Draw.N; j++) {
        h[j] = left[j];
        for (int k = 0; k < j; k++) {
          h[j] -= l[j][k] * h[k];
        }
        h[j] /= l[j][j];
        double v = 0;
        for (int k = j; k < Draw.N; k++) {
          v += l[k][j] * right[k];
        }
        whitened -= h[j] * v;
      }
      assertEquals(expected, whitened, 1e-10 * scale);
    }
    matrix.closeMoments();
  }

  /** Whatever the metric: all components of a full rank are W. */
  @ParameterizedTest
  @ValueSource(strings = {"svd", "asvd", "drone", "svdllm", "lord", "zssvd", "dalr:lambda=0"})
  void changesOfAllComponentsAreThoseOfTheMatrix(String method) {
    Draw draw = new Draw(8);
    MatrixCase matrix = MatrixCase.of(scope, draw.w, Draw.M, Draw.N).with(draw.x);
    LowRankFactorization whole = matrix.decompose(method, Draw.N);
    double[] changes = whole.firstOrder(transposed(draw.g, scope));
    for (int rank = 1; rank <= Draw.N; rank++) {
      float[] product = matrix.product(whole, rank);
      double inner = 0;
      double norm = 0;
      for (int i = 0; i < draw.w.length; i++) {
        inner -= draw.g[i / Draw.N][i % Draw.N] * product[i];
        norm += Math.abs(draw.g[i / Draw.N][i % Draw.N] * product[i]);
      }
      double sum = Arrays.stream(changes).limit(rank).sum();
      assertEquals(inner, sum, 1e-5 * norm, method + " to rank " + rank);
    }
    matrix.closeMoments();
  }

  @Test
  void matricesOfNothingAreWeighedToo() {
    for (int[] shape : new int[][] {{1, 1}, {3, 2}}) {
      MatrixCase zero =
          MatrixCase.of(scope, new float[shape[0] * shape[1]], shape[0], shape[1])
              .with(new double[shape[1]][1]);
      double[][] g = new double[shape[0]][shape[1]];
      Arrays.stream(g).forEach(row -> Arrays.fill(row, 1));
      for (String method : List.of("svd", "drone", "svdllm:whitening=eigen")) {
        double[] changes =
            zero.decompose(method, Math.min(shape[0], shape[1])).firstOrder(transposed(g, scope));
        assertArrayEquals(new double[Math.min(shape[0], shape[1])], changes, 1e-12, method);
      }
      zero.closeMoments();
    }
  }
}
