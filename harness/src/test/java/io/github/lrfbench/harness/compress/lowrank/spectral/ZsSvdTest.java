package io.github.lrfbench.harness.compress.lowrank.spectral;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.DeviceCase;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The corrections of ZS-SVD against plain loops, and what it goes with. */
class ZsSvdTest extends DeviceCase {
  private static final float[] W = {2, -1, 0, 1, 3, -2, 0, 1, 4, -1, 2, 1};
  private static final double[][] X = {
    {1, 2, -1, 0, 3, 1}, {4, 0, 2, -3, 1, 5}, {0, 1, 1, 2, -1, 0}
  };

  @TempDir private Path folder;

  /** Coefficient -0.054125: less is lost of the weights, more of the outputs. */
  @Test
  void oneCorrectionOfTheWorkedExample() {
    double[][] g = {{1, 0, 2}, {0, -1, 1}, {2, 1, 0}, {1, 1, -1}};
    MatrixCase example = MatrixCase.of(scope, W, 4, 3).with(X);
    LowRankFactors factors = example.decompose("zssvd", 1).cut(1, scope).factors();
    double[][] before = example.product("zssvd", 1);
    Matrix weight = Matrix.of(scope.allocate(DType.F32, 3, 4));
    device.blas().transpose(Matrix.of(scope.floats(W, 4, 3)), weight);
    LinearSlot slot = new LinearSlot("w", 0, "query", new DenseLinear(weight, null));
    Matrix made =
        Correction.corrected(
            slot, new LowRankLinear(factors, null), FirstOrderTest.transposed(g, scope), scope);
    double[][] corrected = new double[4][3];
    float[] flat = new float[12];
    for (int i = 0; i < 12; i++) {
      corrected[i / 3][i % 3] = made.data().toFloats()[i % 3 * 4 + i / 3];
      flat[i] = (float) corrected[i / 3][i % 3];
    }
    assertEquals(-0.054125, corrected[0][0] - before[0][0], 1e-5);
    assertEquals(27.018814, Errors.ofWeights(W, before), 3e-4);
    assertEquals(26.974872, Errors.ofWeights(W, corrected), 3e-4);
    MatrixCase again = MatrixCase.of(scope, flat, 4, 3).with(X);
    assertEquals(225.570283, Errors.ofOutputs(W, before, X), 3e-3);
    assertEquals(226.385840, Errors.ofOutputs(W, again.product("zssvd", 1), X), 3e-3);
    // Where the loss does not depend on a matrix there is nothing to project on.
    Matrix none =
        Correction.corrected(
            slot,
            new LowRankLinear(factors, null),
            FirstOrderTest.transposed(new double[4][3], scope),
            scope);
    assertEquals(before[0][0], none.data().toFloats()[0], 1e-6);
    double[][] broken = new double[4][3];
    broken[1][1] = Double.NaN;
    InputException fault =
        assertThrows(
            InputException.class,
            () ->
                Correction.corrected(
                    slot,
                    new LowRankLinear(factors, null),
                    FirstOrderTest.transposed(broken, scope),
                    scope));
    assertTrue(fault.getMessage().contains("of w is no number"), fault.getMessage());
    example.closeMoments();
    again.closeMoments();
  }

  private static double[][] rows(Linear linear, Scope scope) {
    Matrix w = Matrix.of(scope.allocate(DType.F32, linear.outputs(), linear.inputs()));
    linear.materialize(scope.device(), w);
    float[] flat = w.data().toFloats();
    double[][] rows = new double[linear.outputs()][linear.inputs()];
    for (int i = 0; i < flat.length; i++) {
      rows[i / linear.inputs()][i % linear.inputs()] = flat[i];
    }
    return rows;
  }

  /** A round of a model by plain loops: project, and U Uᵀ of the corrected matrix. */
  @Test
  void oneRoundIsThatOfPlainLoops() throws IOException {
    try (TaskCase task = new TaskCase(kind(), folder)) {
      Budget budget = new Budget.Keep(0.5);
      Compression truncated =
          task.compress("zssvd:corrections=0", budget, new Allocation(Policy.ZERO_SUM, 1));
      Compression once =
          task.compress("zssvd:corrections=1", budget, new Allocation(Policy.ZERO_SUM, 1));
      assertEquals(truncated.replacements().keySet(), once.replacements().keySet());
      assertTrue(truncated.replacements().size() > 3);
      try (Model model = task.model().with(truncated.replacements());
          Calibrator at = task.calibrator().of(model);
          Scope own = task.model().device().openScope()) {
        for (LinearSlot slot : task.slots()) {
          if (!truncated.replacements().containsKey(slot.name())) {
            continue;
          }
          double[][] w = rows(slot.linear(), own);
          double[][] before = rows(truncated.replacements().get(slot.name()), own);
          double[] g = read(at.meanGradients().of(slot.name()));
          double[] c = read(task.calibrator().moments().of(slot.name()).gram());
          int rank = truncated.replacements().get(slot.name()).rank();
          assertEquals(rank, once.replacements().get(slot.name()).rank());
          double[][] expected = slowRound(w, before, g, c, rank);
          double[][] actual = rows(once.replacements().get(slot.name()), own);
          double norm = Math.sqrt(squares(expected));
          for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], actual[i], 1e-4 * norm, slot.name());
          }
        }
      }
    }
  }

  private static double[] read(Matrix matrix) {
    double[] all = new double[matrix.rows() * matrix.cols()];
    for (int i = 0; i < matrix.rows(); i++) {
      long start = matrix.offset() + (long) i * matrix.stride();
      matrix.data().read(start, all, i * matrix.cols(), matrix.cols());
    }
    return all;
  }

  private static double squares(double[][] a) {
    return Arrays.stream(a).flatMapToDouble(Arrays::stream).map(v -> v * v).sum();
  }

  /**
   * A round.
   *
   * @param g transposed
   */
  private static double[][] slowRound(
      double[][] w, double[][] before, double[] g, double[] c, int rank) {
    int m = w.length;
    int n = w[0].length;
    double along = 0;
    double square = 0;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        along += g[j * m + i] * (w[i][j] - before[i][j]);
        square += g[j * m + i] * g[j * m + i];
      }
    }
    double[][] corrected = new double[m][n];
    double[][] seen = new double[m][n];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        corrected[i][j] = before[i][j] + along / square * g[j * m + i];
      }
      for (int j = 0; j < n; j++) {
        for (int k = 0; k < n; k++) {
          seen[i][j] += corrected[i][k] * c[k * n + j];
        }
      }
    }
    double[][] gram = new double[m][m];
    for (int i = 0; i < m; i++) {
      for (int k = 0; k < m; k++) {
        for (int j = 0; j < n; j++) {
          gram[i][k] += (seen[i][j] * corrected[k][j] + seen[k][j] * corrected[i][j]) / 2;
        }
      }
    }
    SlowEigen eigen = SlowEigen.of(gram);
    double[][] cut = new double[m][n];
    for (int r = 0; r < rank; r++) {
      double[] u = eigen.vectors()[r];
      for (int j = 0; j < n; j++) {
        double image = 0;
        for (int i = 0; i < m; i++) {
          image += u[i] * corrected[i][j];
        }
        for (int i = 0; i < m; i++) {
          cut[i][j] += u[i] * image;
        }
      }
    }
    return cut;
  }

  @Test
  void withoutCorrectionsItIsSvdLlm() throws IOException {
    try (TaskCase task = new TaskCase(kind(), folder)) {
      for (Policy policy : List.of(Policy.UNIFORM, Policy.ZERO_SUM)) {
        Budget budget = new Budget.Keep(0.5);
        Allocation allocation = new Allocation(policy, 1);
        double[][] errors = new double[2][];
        String[] methods = {"svdllm", "zssvd:corrections=0"};
        for (int i = 0; i < 2; i++) {
          errors[i] =
              task.compress(methods[i], budget, allocation).layers().stream()
                  .mapToDouble(LayerReport::outputError)
                  .toArray();
        }
        assertArrayEquals(errors[0], errors[1]);
      }
    }
  }

  @Test
  void whatDoesNotGoTogetherIsNamed() {
    for (String mistake :
        List.of(
            "zssvd:statistics=sequential",
            "zssvd:corrections=-1",
            "zssvd:corrections=101",
            "zssvd:corrections=1.5",
            "svd++zssvd")) {
      assertThrows(InputException.class, () -> MethodChain.parse(mistake), mistake);
    }
    MethodChain.parse("zssvd:corrections=0:statistics=sequential");
    Allocation zeroSum = new Allocation(Policy.ZERO_SUM, 1);
    for (String method : List.of("kronecker", "int8", "tfwsvd", "wlra", "laser", "svd-head")) {
      InputException refused =
          assertThrows(
              InputException.class,
              () -> MethodChain.parse(method).check(new Budget.Keep(0.5), zeroSum),
              method);
      assertTrue(refused.getMessage().contains(method), refused.getMessage());
    }
    for (String method :
        List.of("svd", "fwsvd", "espace", "drone:attention=joint", "progressive")) {
      MethodChain.parse(method).check(new Budget.Keep(0.5), zeroSum);
    }
  }
}
