package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.train.StepCoordinates;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Leaves out of matrices W what moves towards 0 while the model is trained (Sanh et al. 2020,
 * Movement pruning). The model computes by W' = W ⊙ M, M being 1 for the units of the highest
 * scores and 0 for the others. Of every step S ← S − g ⊙ W, g being the gradient of the mean loss
 * by W': it goes through to scores of what is left out, too, which keeps its weight, is not
 * trained, and may come back. A unit of several elements counts by their sum.
 */
final class MovementMasks implements StepCoordinates {
  /**
   * A matrix of [outputs, inputs] and what is left of it.
   *
   * @param weight W'ᵀ [inputs, outputs], a part of the model that is trained
   * @param kept units that are left at the end
   */
  record Pruned(Parameter weight, int kept) {}

  /** A matrix, all transposed as it is in the model. */
  private static final class Moved {
    private final Matrix masked;
    private final Parameter parameter;
    private final Matrix whole;
    private final Matrix scores;

    /** g ⊙ W of the step that is taken. */
    private final Matrix latest;

    private final Matrix mask;
    private final int least;
    private final boolean[] kept;

    Moved(Pruned pruned, Pattern pattern, Scope scope) {
      this.parameter = pruned.weight();
      this.masked = parameter.value();
      this.least = pruned.kept();
      int rows = masked.rows();
      int cols = masked.cols();
      this.whole = Matrix.of(scope.allocate(masked.dtype(), rows, cols));
      this.scores = Matrix.of(scope.zeros(masked.dtype(), rows, cols));
      this.latest = Matrix.of(scope.zeros(masked.dtype(), rows, cols));
      this.mask = Matrix.of(scope.allocate(masked.dtype(), rows, cols));
      this.kept = new boolean[pattern.units(cols, rows)];
      scope.device().blas().copy(masked, whole);
    }

    /** Keeps the units of the highest scores, the first of equal ones. */
    void rank(Pattern pattern, int count) {
      int inputs = mask.rows();
      int outputs = mask.cols();
      float[] own = scores.data().toFloats();
      double[] units = new double[kept.length];
      for (int j = 0; j < inputs; j++) {
        for (int i = 0; i < outputs; i++) {
          units[pattern.unit(i, j, inputs)] += own[j * outputs + i];
        }
      }
      Arrays.fill(kept, false);
      Ranking.keep(units, 0, units.length, count, kept);
      for (int j = 0; j < inputs; j++) {
        for (int i = 0; i < outputs; i++) {
          own[j * outputs + i] = kept[pattern.unit(i, j, inputs)] ? 1 : 0;
        }
      }
      mask.data().write(0, own, 0, own.length);
    }
  }

  private final Device device;
  private final Scope scope;
  private final Pattern pattern;
  private final List<Moved> matrices = new ArrayList<>();
  private final KeepSchedule schedule;
  private final int window;
  private long step;

  /**
   * Masks of matrices, which keep all at first.
   *
   * @param schedule of the share that is kept of what is to go, from 1 to 0
   * @param window steps after which units are ranked anew
   */
  MovementMasks(
      Device device, List<Pruned> matrices, Pattern pattern, KeepSchedule schedule, int window) {
    this.device = device;
    this.scope = device.openScope();
    this.pattern = pattern;
    this.schedule = schedule;
    this.window = window;
    for (Pruned pruned : matrices) {
      Moved moved = new Moved(pruned, pattern, scope);
      moved.rank(pattern, moved.kept.length);
      this.matrices.add(moved);
    }
  }

  /** Of each matrix, in the order in which they were given, which units are kept. */
  List<boolean[]> kept() {
    return matrices.stream().map(matrix -> matrix.kept.clone()).toList();
  }

  /** S of a matrix, transposed. */
  float[] scores(int matrix) {
    return matrices.get(matrix).scores.data().toFloats();
  }

  /** Called again where a gradient was too large for its type: scores learn of it with the step. */
  @Override
  public double turn(GradientBuffers gradients, long done, int epoch, double scale) {
    for (Moved matrix : matrices) {
      Matrix gradient = gradients.of(matrix.parameter);
      device.gradients().clear(matrix.latest);
      device.gradients().addScaled(1 / scale, gradient, matrix.latest);
      device.gradients().multiply(matrix.whole, matrix.latest);
      device.gradients().multiply(matrix.mask, gradient);
    }
    return 0;
  }

  @Override
  public void step(Runnable optimizer) {
    matrices.forEach(matrix -> device.blas().copy(matrix.whole, matrix.masked));
    optimizer.run();
    step++;
    for (Moved matrix : matrices) {
      device.blas().copy(matrix.masked, matrix.whole);
      device.gradients().addScaled(-1, matrix.latest, matrix.scores);
      if (ranks()) {
        int more = (int) (schedule.kept(step) * (matrix.kept.length - matrix.least));
        matrix.rank(pattern, matrix.least + more);
      }
      device.gradients().multiply(matrix.mask, matrix.masked);
    }
  }

  /** After every window, and where the share is for the first time what it is at the end. */
  private boolean ranks() {
    boolean arrives = schedule.isLast(step) && !schedule.isLast(step - 1);
    return (step % window == 0 || arrives) && schedule.kept(step) < 1;
  }

  /** Nothing that a training is saved with: it is not gone on with. */
  @Override
  public List<Tensor> state() {
    return List.of();
  }

  @Override
  public void close() {
    scope.close();
  }
}
