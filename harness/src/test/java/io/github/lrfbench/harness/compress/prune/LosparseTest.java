package io.github.lrfbench.harness.compress.prune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LoSparse by the numbers of its specification, and on a tiny model. */
class LosparseTest {
  private static final Budget HALF = new Budget.Keep(0.5);

  @TempDir private Path folder;

  private TaskCase task;

  /** The device that tests run on. */
  protected String kind() {
    return "cpu";
  }

  @BeforeEach
  void open() throws IOException {
    task = new TaskCase(kind(), folder);
  }

  @AfterEach
  void close() {
    task.close();
  }

  @Test
  void theShareFallsAsACubic() {
    KeepSchedule schedule = new KeepSchedule(1000, 100, 100, 0.15);
    assertEquals(1, schedule.kept(1));
    assertEquals(1, schedule.kept(100));
    assertEquals(0.719434, schedule.kept(200), 1e-6);
    assertEquals(0.221179, schedule.kept(550), 1e-6);
    assertEquals(0.15, schedule.kept(900), 1e-12);
    assertEquals(0.15, schedule.kept(1000));
    assertFalse(schedule.isLast(900));
    assertTrue(schedule.isLast(901));
    for (long step = 2; step <= 1000; step++) {
      assertTrue(schedule.kept(step) <= schedule.kept(step - 1));
    }
  }

  @Test
  void ranks() {
    assertEquals(20, LosparseCompressor.rank(768, 768, 0.05));
    assertEquals(31, LosparseCompressor.rank(768, 3072, 0.05));
    assertEquals(1, LosparseCompressor.rank(4, 3, 0.05));
  }

  @Test
  void theBestNeuronsOfAllMatricesAreKept() {
    List<double[]> scores = List.of(new double[] {3, 1, 2}, new double[] {2, 5});
    int[] sizes = {10, 4};
    // 5, 3, and then of two that are alike the first, for which there is no room.
    assertKept(new boolean[][] {{true, false, false}, {false, true}}, scores, sizes, 23);
    assertKept(new boolean[][] {{true, false, true}, {false, true}}, scores, sizes, 24);
    assertKept(new boolean[][] {{true, false, true}, {true, true}}, scores, sizes, 28);
    assertKept(new boolean[][] {{true, true, true}, {true, true}}, scores, sizes, 1000);
    assertKept(new boolean[][] {{false, false, false}, {false, false}}, scores, sizes, 3);
  }

  private static void assertKept(
      boolean[][] expected, List<double[]> scores, int[] sizes, long room) {
    List<boolean[]> kept = NeuronMasks.best(scores, sizes, room);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], kept.get(i), "matrix " + i);
    }
  }

  /** S and gradients of the specification's example; a step's scores are averaged in a window. */
  @Test
  void neuronsCountByWeightTimesGradient() {
    Scope scope = task.scope();
    Matrix s = Matrix.of(scope.floats(new float[] {1, 0.1f, 2, -0.1f}, 2, 2));
    Parameter weight = new Parameter("s", s, Storage.TRANSPOSED);
    KeepSchedule schedule = new KeepSchedule(4, 0, 4, 0.5);
    try (GradientBuffers gradients = new GradientBuffers(scope.device(), List.of(weight))) {
      NeuronMasks masks = new NeuronMasks(scope.device(), List.of(weight), schedule, 2, 0.85);
      // Of a batch of 8, whose losses are summed.
      float[] batch = {4, 8, 0.8f, 8};
      gradients.of(weight).data().write(0, batch, 0, 4);
      masks.turn(gradients, 0, 0, 8);
      assertArrayEquals(new double[] {0.35, 0.1}, masks.latest(0), 1e-6);
      masks.step(() -> {});
      assertArrayEquals(new boolean[] {true, false}, masks.kept().get(0));
      assertArrayEquals(new float[] {1, 0, 2, 0}, s.data().toFloats(), 1e-9f);
      // A neuron that is zero now is trained, counts more, and comes back.
      for (int step = 1; step < 4; step++) {
        s.data().write(0, new float[] {1, 5, 2, 5}, 0, 4);
        masks.turn(gradients, step, 0, 8);
        masks.step(() -> {});
      }
      assertArrayEquals(new boolean[] {false, true}, masks.kept().get(0));
      assertArrayEquals(new float[] {0, 5, 0, 5}, s.data().toFloats(), 1e-9f);
    }
  }

  @Test
  void atFirstTheSumIsTheMatrix() {
    for (LinearSlot slot : task.slots()) {
      try (Scope scratch = task.scope().device().openScope()) {
        Sum sum =
            LosparseCompressor.sum(
                task.request("losparse", HALF, Allocation.UNIFORM), slot, 2, scratch);
        assertEquals(2, sum.first().rank());
        double[] lost = MatrixErrors.difference(slot, sum, scratch).data().toDoubles();
        assertEquals(0, Arrays.stream(lost).map(Math::abs).max().orElse(1), 1e-6);
      }
    }
  }

  /** What is exported says the same as what was masked, bit for bit. */
  @Test
  void droppedRowsAreMaskedRows() {
    Scope scope = task.scope();
    LinearSlot slot = task.slots().get(0);
    Sum sum =
        LosparseCompressor.sum(task.request("losparse", HALF, Allocation.UNIFORM), slot, 1, scope);
    boolean[] kept = new boolean[sum.outputs()];
    double[] factors = new double[kept.length];
    for (int i = 0; i < kept.length; i += 2) {
      kept[i] = true;
      factors[i] = 1;
    }
    Linear rows = LosparseCompressor.withRows(sum, kept, scope);
    scope.device().blas().scaleColumns(sum.second().dense(), factors);
    Matrix x = Matrix.of(scope.floats(numbers(3 * sum.inputs()), 3, sum.inputs()));
    assertArrayEquals(outputs(sum, x), outputs(rows, x));
    int count = (kept.length + 1) / 2;
    assertEquals(sum.first().parameters() + (long) count * sum.inputs(), rows.parameters());
    assertSame(sum.first(), LosparseCompressor.withRows(sum, new boolean[kept.length], scope));
  }

  private static float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) Math.sin(i);
    }
    return numbers;
  }

  private float[] outputs(Linear map, Matrix x) {
    Matrix y = Matrix.of(task.scope().allocate(DType.F32, x.rows(), map.outputs()));
    try (Ops ops = new EagerOps(task.scope().device())) {
      map.forward(ops, x, Activation.NONE, y);
    }
    return y.data().toFloats();
  }

  @Test
  void aModelKeepsWhatTheBudgetHasRoomFor() {
    Compression made = task.compress("losparse:epochs=2:lowrank=0.2", HALF, Allocation.UNIFORM);
    try (Model model = made.whole()) {
      assertTrue(made.replacements().isEmpty());
      assertEquals(task.slots().size(), made.layers().size());
      long before = made.layers().stream().mapToLong(LayerReport::parametersDense).sum();
      long after = made.layers().stream().mapToLong(LayerReport::parameters).sum();
      // No more than half, and no row less than there is room for.
      assertTrue(after <= 0.5 * before && after > 0.5 * before - 16, after + " of " + before);
      for (LinearSlot slot : model.slots()) {
        Linear first = slot.linear() instanceof Sum sum ? sum.first() : slot.linear();
        assertTrue(first instanceof LowRankLinear, slot.name());
        if (slot.linear() instanceof Sum sum) {
          assertTrue(sum.second() instanceof Chain || sum.second() instanceof DenseLinear);
        }
      }
      float[] logits = task.logits(model);
      try (Model copy = model.copy()) {
        assertArrayEquals(logits, task.logits(copy));
      }
    }
  }

  /** With hardly any steps too, and with a teacher. */
  @Test
  void shortTrainingsEndAtTheBudget() {
    for (String options :
        List.of(":epochs=1:window=1000", ":epochs=1:final=0:distill=0.5:hidden=1")) {
      Compression made =
          task.compress("losparse:lowrank=0.2" + options, new Budget.Bits(16), Allocation.UNIFORM);
      made.whole().close();
      long bits = made.layers().stream().mapToLong(LayerReport::bits).sum();
      long numbers = made.layers().stream().mapToLong(LayerReport::parametersDense).sum();
      assertTrue(bits <= 16 * numbers && bits > 14 * numbers, bits + " of " + numbers);
    }
  }

  @Test
  void whatCannotBeIsRefusedInALine() {
    assertMessage("initial and final", () -> MethodSpec.parse("losparse:initial=0.5:final=0.5"));
    assertMessage(
        "has no one rank: --rank",
        () -> task.compress("losparse", new Budget.Rank(3), Allocation.UNIFORM));
    assertMessage(
        "lower its option lowrank",
        () -> task.compress("losparse:lowrank=0.4", new Budget.Keep(0.3), Allocation.UNIFORM));
  }

  private static void assertMessage(String part, Runnable action) {
    String message = assertThrows(InputException.class, action::run).getMessage();
    assertTrue(message.contains(part), message);
  }
}
