package io.github.lrfbench.harness.compress.prune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.autograd.Parameter.Storage;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.prune.MovementMasks.Pruned;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.linear.Chain;
import io.github.lrfbench.harness.linear.SparseLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Movement pruning by worked numbers, beside plain loops, and on tiny models. */
class MovementTest {
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

  /** Of W = [[1, 2], [3, 4]] and its gradient [[2, -1], [1, -1]] S is [[-2, 2], [-3, 4]]. */
  @Test
  void whatMovesAwayFromZeroIsKept() {
    Scope scope = task.scope();
    Matrix w = Matrix.of(scope.floats(new float[] {1, 3, 2, 4}, 2, 2));
    Parameter weight = new Parameter("w", w, Storage.TRANSPOSED);
    KeepSchedule schedule = new KeepSchedule(3, 0, 3, 0);
    try (GradientBuffers gradients = new GradientBuffers(scope.device(), List.of(weight));
        MovementMasks masks =
            new MovementMasks(
                scope.device(), List.of(new Pruned(weight, 2)), Pattern.ENTRIES, schedule, 1)) {
      // Of a batch of 4, whose losses are summed; a second time as after an overflow.
      gradients.of(weight).data().write(0, new float[] {Float.NaN, 0, 0, 0}, 0, 4);
      masks.turn(gradients, 0, 0, 4);
      gradients.of(weight).data().write(0, new float[] {8, 4, -4, -4}, 0, 4);
      masks.turn(gradients, 0, 0, 4);
      masks.step(() -> {});
      assertArrayEquals(new float[] {-2, -3, 2, 4}, masks.scores(0));
      assertArrayEquals(new boolean[] {false, true, false, true}, masks.kept().get(0));
      assertArrayEquals(new float[] {0, 0, 2, 4}, w.data().toFloats());
      // What is left out is not trained, but its score learns what it would have done.
      gradients.of(weight).data().write(0, new float[] {-40, 4, 0, 12}, 0, 4);
      masks.turn(gradients, 1, 0, 4);
      assertArrayEquals(new float[] {0, 0, 0, 12}, gradients.of(weight).data().toFloats(), 1e-9f);
      masks.step(() -> w.data().write(3, new float[] {5}, 0, 1));
      // S = [[-2 + 10, 2], [-3 - 3, 4 - 12]]: the first is there again, as it was.
      assertArrayEquals(new float[] {8, -6, 2, -8}, masks.scores(0));
      assertArrayEquals(new float[] {1, 0, 2, 0}, w.data().toFloats());
      gradients.of(weight).data().write(0, new float[] {0, 0, 0, -40}, 0, 4);
      masks.turn(gradients, 2, 0, 4);
      masks.step(() -> {});
      assertArrayEquals(new float[] {1, 0, 0, 5}, w.data().toFloats());
    }
  }

  /** Two matrices that stand side by side in one tensor, as query, key and value do. */
  @ParameterizedTest
  @CsvSource({"ENTRIES, 5", "OUTPUTS, 1", "INPUTS, 2", "ENTRIES, 1"})
  void masksAreThoseOfPlainLoops(Pattern pattern, int window) {
    int inputs = 5;
    int outputs = 4;
    int least = pattern == Pattern.ENTRIES ? 7 : 2;
    int steps = 23;
    SplittableRandom random = new SplittableRandom(window);
    Scope scope = task.scope();
    Matrix all = Matrix.of(scope.zeros(DType.F32, inputs, 2 * outputs));
    double[][] whole = new double[2][inputs * outputs];
    double[][] masked = new double[2][];
    double[][] scores = new double[2][inputs * outputs];
    boolean[][] mask = new boolean[2][inputs * outputs];
    float[] numbers = new float[2 * inputs * outputs];
    for (int k = 0; k < numbers.length; k++) {
      numbers[k] = (float) random.nextGaussian();
      whole[k / outputs % 2][k / (2 * outputs) * outputs + k % outputs] = numbers[k];
    }
    all.data().write(0, numbers, 0, numbers.length);
    for (int matrix = 0; matrix < 2; matrix++) {
      masked[matrix] = whole[matrix].clone();
      Arrays.fill(mask[matrix], true);
    }
    List<Parameter> weights =
        IntStream.range(0, 2)
            .mapToObj(
                i ->
                    new Parameter(
                        "w" + i, all.columns(i * outputs, (i + 1) * outputs), Storage.TRANSPOSED))
            .toList();
    KeepSchedule schedule = new KeepSchedule(steps, 3, 4, 0);
    try (GradientBuffers gradients = new GradientBuffers(scope.device(), weights);
        MovementMasks masks =
            new MovementMasks(
                scope.device(),
                weights.stream().map(weight -> new Pruned(weight, least)).toList(),
                pattern,
                schedule,
                window)) {
      for (int step = 1; step <= steps; step++) {
        float[] g = new float[numbers.length];
        double[][] slow = new double[2][inputs * outputs];
        for (int k = 0; k < g.length; k++) {
          g[k] = (float) random.nextGaussian();
          slow[k / outputs % 2][k / (2 * outputs) * outputs + k % outputs] = g[k] / 2.0;
        }
        gradients.of(all.data()).write(0, g, 0, g.length);
        masks.turn(gradients, step - 1, 0, 2);
        // A plain gradient step.
        masks.step(
            () ->
                scope
                    .device()
                    .gradients()
                    .addScaled(-0.05, Matrix.of(gradients.of(all.data())), all));
        boolean ranks = step > 3 && step % window == 0 || step == steps - 4 + 1;
        for (int matrix = 0; matrix < 2; matrix++) {
          for (int k = 0; k < inputs * outputs; k++) {
            scores[matrix][k] -= slow[matrix][k] * whole[matrix][k];
            whole[matrix][k] -= mask[matrix][k] ? 0.1 * slow[matrix][k] : 0;
          }
          if (ranks) {
            rank(
                pattern, scores[matrix], inputs, outputs, schedule.kept(step), least, mask[matrix]);
          }
          for (int k = 0; k < inputs * outputs; k++) {
            masked[matrix][k] = mask[matrix][k] ? whole[matrix][k] : 0;
          }
        }
        float[] now = all.data().toFloats();
        for (int k = 0; k < now.length; k++) {
          double expected = masked[k / outputs % 2][k / (2 * outputs) * outputs + k % outputs];
          assertEquals(expected, now[k], 1e-4, pattern + " step " + step + " element " + k);
        }
      }
      for (boolean[] kept : masks.kept()) {
        assertEquals(least, IntStream.range(0, kept.length).filter(i -> kept[i]).count());
      }
    }
  }

  /** Elements lie as in the transposed matrix. */
  private static void rank(
      Pattern pattern,
      double[] scores,
      int inputs,
      int outputs,
      double share,
      int least,
      boolean[] mask) {
    int units =
        switch (pattern) {
          case OUTPUTS -> outputs;
          case INPUTS -> inputs;
          default -> inputs * outputs;
        };
    double[] sums = new double[units];
    for (int k = 0; k < scores.length; k++) {
      sums[unit(pattern, k, outputs)] += scores[k];
    }
    int count = least + (int) (share * (units - least));
    List<Integer> best =
        IntStream.range(0, units)
            .boxed()
            .sorted(Comparator.comparingDouble(unit -> -sums[unit]))
            .limit(count)
            .toList();
    for (int k = 0; k < mask.length; k++) {
      mask[k] = best.contains(unit(pattern, k, outputs));
    }
  }

  private static int unit(Pattern pattern, int element, int outputs) {
    return switch (pattern) {
      case OUTPUTS -> element % outputs;
      case INPUTS -> element / outputs;
      default -> element;
    };
  }

  @ParameterizedTest
  @CsvSource({"entries, 0.4", "outputs, 0.4", "inputs, 0.5"})
  void aModelKeepsWhatTheBudgetHasRoomFor(String pattern, double keep) {
    Compression made =
        task.compress(
            "movement:epochs=1:window=1:pattern=" + pattern,
            new Budget.Keep(keep),
            Allocation.UNIFORM);
    try (Model model = made.whole()) {
      assertTrue(made.replacements().isEmpty());
      for (int i = 0; i < model.slots().size(); i++) {
        LinearSlot before = task.slots().get(i);
        LinearSlot slot = model.slots().get(i);
        int rows = before.linear().outputs();
        int cols = before.linear().inputs();
        LayerReport layer = made.layers().get(i);
        assertEquals(slot.linear().parameters(), layer.parameters());
        assertTrue(layer.error() > 0);
        if (pattern.equals("entries")) {
          assertTrue(slot.linear() instanceof SparseLinear, slot.name());
          assertEquals((int) (keep * rows * cols + 1e-9), slot.linear().parameters());
        } else {
          assertTrue(slot.linear() instanceof Chain, slot.name());
          assertTrue(layer.parameters() <= keep * rows * cols);
        }
      }
      try (Model copy = model.copy()) {
        assertArrayEquals(task.logits(model), task.logits(copy));
      }
    }
  }

  /** Of one matrix for query, key and value too, and with a teacher. */
  @Test
  void shortTrainingsEndAtTheBudget() throws IOException {
    Path gpt2 = TinyCheckpoint.gpt2(folder.resolve("gpt2"), 2);
    try (TaskCase other = new TaskCase(kind(), folder.resolve("other"), gpt2)) {
      for (String options : List.of(":epochs=1:window=1000", ":epochs=1:final=0:distill=0.5")) {
        Compression made =
            other.compress("movement" + options, new Budget.Bits(16), Allocation.UNIFORM);
        made.whole().close();
        for (LayerReport layer : made.layers()) {
          assertTrue(layer.bits() <= 16 * layer.parametersDense());
          assertTrue(layer.bits() > 16 * layer.parametersDense() - 32);
        }
      }
    }
  }

  @Test
  void whatCannotBeIsRefusedInALine() {
    assertMessage("initial and final", () -> MethodSpec.parse("movement:initial=0.5:final=0.5"));
    assertMessage(
        "has no one rank: --rank",
        () -> task.compress("movement", new Budget.Rank(3), Allocation.UNIFORM));
    assertMessage(
        "no matrix is left",
        () -> task.compress("svd+movement", new Budget.Keep(0.5), Allocation.UNIFORM));
  }

  private static void assertMessage(String part, Runnable action) {
    String message = assertThrows(InputException.class, action::run).getMessage();
    assertTrue(message.contains(part), message);
  }
}
