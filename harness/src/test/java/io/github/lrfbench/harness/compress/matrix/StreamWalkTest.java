package io.github.lrfbench.harness.compress.matrix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.InputMoments;
import io.github.lrfbench.harness.calibrate.SlotInputs;
import io.github.lrfbench.harness.compress.MethodChain;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.MatrixCase;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code aasvd} goes through a model. */
class StreamWalkTest {
  private static final Budget HALF = new Budget.Keep(0.5);

  @TempDir private Path folder;

  private TaskCase task;

  String deviceId() {
    return "cpu";
  }

  @BeforeEach
  void open() throws IOException {
    task = new TaskCase(deviceId(), folder);
  }

  @AfterEach
  void close() {
    task.close();
  }

  private List<TokenSequence> sequences() {
    return task.examples().sample(task.calibrator().examples(), 0).sequences();
  }

  private static double[] product(Linear map, Scope scope) {
    Matrix w = Matrix.of(scope.allocate(DType.F32, map.outputs(), map.inputs()));
    map.materialize(scope.device(), w);
    return w.data().toDoubles();
  }

  /** ‖H − H'‖² of the last hidden states over the calibration tokens. */
  private double distance(Compression made) {
    Model dense = task.model();
    try (Model compressed = made.whole() == null ? dense.with(made.replacements()) : null;
        Scope scope = dense.device().openScope();
        Ops ops = new EagerOps(dense.device())) {
      TokenBatch batch = TokenBatch.of(scope, sequences(), dense.info());
      Model other = compressed == null ? made.whole() : compressed;
      List<Tensor> states = dense.hiddenStates(ops, batch);
      List<Tensor> others = other.hiddenStates(ops, batch);
      Matrix difference = Matrix.of(states.get(states.size() - 1));
      dense
          .device()
          .gradients()
          .addScaled(-1, Matrix.of(others.get(others.size() - 1)), difference);
      return dense.device().blas().squaredNorm(difference);
    }
  }

  /** Each from inputs of whole passes of the dense model and of one with all before it replaced. */
  @Test
  void matricesAreThoseOfTheInputsThatTheyWillHave() {
    String method = "aasvd:ridge=0.001:bias=keep";
    Compression made = task.compress(method, HALF, Allocation.UNIFORM);
    Map<String, double[][]> dense = SlotInputs.of(task.model(), sequences());
    Map<String, Linear> before = new HashMap<>();
    try (Scope scope = task.model().device().openScope()) {
      for (LinearSlot slot : task.slots()) {
        double[][] own;
        try (Model model = task.model().with(before)) {
          own = SlotInputs.of(model, sequences()).get(slot.name());
        }
        Linear now = made.replacements().get(slot.name());
        float[] w = new float[slot.linear().outputs() * slot.linear().inputs()];
        double[] values = product(slot.linear(), scope);
        for (int i = 0; i < w.length; i++) {
          w[i] = (float) values[i];
        }
        double[][] expected =
            MatrixCase.of(scope, w, slot.linear().outputs(), slot.linear().inputs())
                .behind(dense.get(slot.name()), own)
                .product(method, now.rank());
        double[] actual = product(now, scope);
        for (int i = 0; i < actual.length; i++) {
          assertEquals(
              expected[i / own.length][i % own.length], actual[i], 2e-3, slot.name() + " " + i);
        }
        before.put(slot.name(), now);
      }
    }
  }

  @Test
  void biasesMakeUpForBothMeans() {
    try (Scope scope = task.model().device().openScope()) {
      LinearSlot slot = task.slots().get(3);
      int n = slot.linear().inputs();
      double[][] x = new double[n][5];
      double[][] own = new double[n][5];
      for (int i = 0; i < n; i++) {
        for (int t = 0; t < 5; t++) {
          x[i][t] = Math.sin(i + 3 * t);
          own[i][t] = Math.cos(2 * i + t);
        }
      }
      Linear map = task.compress("svd", HALF, Allocation.UNIFORM).replacements().get(slot.name());
      double[] bias =
          Replacement.placeBehind(
                  InputMoments.cross(x, own, scope), slot, map.withBias(null), scope)
              .bias()
              .toDoubles();
      double[] w = product(slot.linear(), scope);
      double[] less = product(map, scope);
      double[] expected = slot.linear().bias().toDoubles();
      for (int i = 0; i < w.length; i++) {
        for (int t = 0; t < 5; t++) {
          expected[i / n] += (w[i] * x[i % n][t] - less[i] * own[i % n][t]) / 5;
        }
      }
      assertArrayEquals(expected, bias, 1e-5);
    }
  }

  @Test
  void statesComeCloserAndCloserStillWhereBlocksAreTrained() {
    double drone = distance(task.compress("drone", HALF, Allocation.UNIFORM));
    double anchored = distance(task.compress("aasvd", HALF, Allocation.UNIFORM));
    assertTrue(anchored < drone, anchored + " is no less than " + drone);
    Compression trained =
        task.compress("aasvd:refine=block:epochs=20:lr=0.003", HALF, Allocation.UNIFORM);
    assertNotNull(trained.whole());
    double refined = distance(trained);
    assertTrue(refined < anchored, refined + " is no less than " + anchored);
    for (LayerReport layer : trained.layers()) {
      assertEquals("trained with its block", layer.diagnostics().note());
      assertTrue(layer.replaced());
    }
    assertEquals("20", trained.parameters().get("epochs"));
    trained.whole().close();
  }

  /** Only what stays dense behind something that was replaced has other weights, and says so. */
  @Test
  void whatStaysDenseIsAnchoredWhereAsked() {
    // Break-even of the square matrices, and below that of the others.
    Budget budget = new Budget.Rank(task.slots().get(0).linear().inputs() / 2);
    Compression still = task.compress("aasvd", budget, Allocation.UNIFORM);
    Compression moved = task.compress("aasvd:redense=true", budget, Allocation.UNIFORM);
    int anchored = 0;
    for (int i = 0; i < still.layers().size(); i++) {
      LayerReport before = still.layers().get(i);
      LayerReport after = moved.layers().get(i);
      assertEquals(before.parameters(), after.parameters());
      if (before.replaced()) {
        assertTrue(after.replaced());
        continue;
      }
      assertFalse(after.replaced());
      Linear now = moved.replacements().get(after.layer());
      if (now != null) {
        anchored++;
        assertNotNull(now.dense());
        assertTrue(after.diagnostics().note().endsWith("other weights"));
        assertTrue(after.error() > 0);
      }
    }
    assertTrue(anchored > 0);
    double close = distance(moved);
    assertTrue(close < distance(still), "the states are no closer");
  }

  @Test
  void nothingToReplaceIsNothingToTrain() {
    Compression made =
        task.compress("aasvd:refine=block", new Budget.Rank(1000), Allocation.UNIFORM);
    assertTrue(made.replacements().isEmpty());
    assertNull(made.whole());
    assertEquals(task.slots().size(), made.layers().size());
  }

  /** In two factors, sums, and other forms; no weight of the dense model or of the head changes. */
  @Test
  void theStageTrainsBlocksOfAnyForm() {
    for (String method : new String[] {"svd", "kronecker", "svd++int8", "svd+int8"}) {
      Compression before = task.compress(method, HALF, Allocation.UNIFORM);
      Compression after =
          task.compress(method + "+blockwise:epochs=20:lr=0.003", HALF, Allocation.UNIFORM);
      double less = distance(after);
      double more = distance(before);
      assertTrue(less < more, method + ": " + less + " is no less than " + more);
      Model trained = after.whole();
      trained
          .headLayers()
          .forEach(
              (name, linear) -> {
                try (Scope scope = trained.device().openScope()) {
                  assertArrayEquals(
                      product(task.model().headLayers().get(name), scope), product(linear, scope));
                }
              });
      trained.close();
    }
    assertEquals(0, distance(task.compress("dense", HALF, Allocation.UNIFORM)));
  }

  /**
   * The first block stays as it is: it is not trained, its matrices are those of the dense model.
   */
  @Test
  void blocksWithoutReplacementsAreNotTrained() {
    List<LinearSlot> last = task.slots().stream().filter(slot -> slot.layer() == 1).toList();
    for (String method : new String[] {"svd+blockwise:epochs=1", "aasvd:refine=block:epochs=1"}) {
      Compression made =
          MethodChain.parse(method)
              .compress(
                  task.request(method, HALF, Allocation.UNIFORM)
                      .with(
                          last,
                          HALF,
                          Allocation.UNIFORM,
                          task.request(method, HALF, Allocation.UNIFORM).options()));
      try (Model trained = made.whole();
          Scope scope = trained.device().openScope()) {
        for (int i = 0; i < task.slots().size(); i++) {
          LinearSlot dense = task.slots().get(i);
          LinearSlot now = trained.slots().get(i);
          assertEquals(dense.layer() == 0, now.linear() instanceof DenseLinear, now.name());
          if (dense.layer() == 0) {
            assertArrayEquals(product(dense.linear(), scope), product(now.linear(), scope));
            assertArrayEquals(dense.linear().bias().toFloats(), now.linear().bias().toFloats());
          }
        }
      }
    }
  }
}
