package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.autograd.GradientBuffers;
import io.github.lrfbench.harness.autograd.Parameter;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.StepCoordinates;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Dense matrices W in the coordinates M = W L, in which their inputs are white, L Lᵀ = C / N being
 * the mean second moment of these, with a penalty on M (Qin et al. 2025, "Low-rank prehab"). A step
 * D in M is the step D L⁻¹ in W, which is added to it: W itself is never multiplied by L and back,
 * and without steps stays as it is.
 */
public final class WhitenedWeights implements StepCoordinates {
  /** No eigenvalue of L Lᵀ is smaller. */
  private static final double FLOOR = 1e-5;

  /** Steps after which the exact singular vectors are taken. */
  private static final int RENEWED = 100;

  /**
   * One matrix.
   *
   * @param slot of the model that is trained
   * @param root L, F32 [n, n]
   * @param energy of Mᵀ [n, m]
   * @param kept Wᵀ while a step is taken
   * @param before what M was at the beginning
   */
  private record Whitened(
      LinearSlot slot, Matrix root, HeadEnergy energy, Matrix kept, Measure before) {
    /** Wᵀ [n, m], a part of the model. */
    Matrix weight() {
      return slot.linear().dense();
    }
  }

  /**
   * What is told of a whitened matrix.
   *
   * @param stableRank ‖M‖² / ‖M‖₂²; 0 of zeros
   * @param tail the share of ‖M‖² beyond the rank that the settings name
   */
  record Measure(double stableRank, double tail) {
    private static Measure of(HeadEnergy energy) {
      double[] squares = energy.renew();
      double all = energy.whole();
      return all > 0 && squares[0] > 0
          ? new Measure(all / squares[0], Penalty.TAIL.of(all, Arrays.stream(squares).sum()))
          : new Measure(0, 0);
    }
  }

  /** The same before and after a training. */
  record Change(Measure before, Measure after) {}

  private final Device device;
  private final Scope scope;
  private final PrehabSettings settings;
  private final List<Whitened> matrices = new ArrayList<>();

  /** Columns of stacked matrices beside those that are trained. */
  private final List<Matrix> others;

  /**
   * Coordinates of matrices.
   *
   * @param slots of the model that is trained; those that are not dense stay as they are
   * @param moments of their inputs; not needed afterwards
   * @throws InputException if there is no such slot, or its numbers or moments are none
   */
  public WhitenedWeights(
      List<LinearSlot> slots, ActivationMoments moments, PrehabSettings settings) {
    List<LinearSlot> dense = trainable(slots);
    if (dense.isEmpty()) {
      throw new InputException("prehab trains dense matrices, and none is left here");
    }
    this.settings = settings;
    this.device = dense.get(0).linear().dense().device();
    this.scope = device.openScope();
    try {
      // Slots that read the same share its moments.
      Map<Tensor, Matrix> roots = new IdentityHashMap<>();
      for (LinearSlot slot : dense) {
        Moments own = moments.of(slot.name());
        Matrix root =
            roots.computeIfAbsent(own.gram().data(), missing -> root(slot.name(), own, scope));
        matrices.add(whiten(slot, root));
      }
      others = others(dense);
    } catch (RuntimeException | Error e) {
      scope.close();
      throw e;
    }
  }

  /** Those of a model's slots that prehab can train. */
  static List<LinearSlot> trainable(List<LinearSlot> slots) {
    return slots.stream().filter(slot -> slot.linear().dense() != null).toList();
  }

  /** The weights of the model that hold the matrices, and no bias. */
  public List<Parameter> weights(Model model) {
    Set<Tensor> tensors = Collections.newSetFromMap(new IdentityHashMap<>());
    matrices.forEach(whitened -> tensors.add(whitened.weight().data()));
    return model.weights().stream()
        .filter(weight -> tensors.contains(weight.value().data()))
        .toList();
  }

  /** L, F32; where an eigenvalue of C / N is below the floor, that is added to the diagonal. */
  static Matrix root(String slot, Moments moments, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix mean = Matrices.allocate(scratch, moments.gram().rows(), moments.gram().cols());
      scope.device().gradients().clear(mean);
      scope.device().gradients().addScaled(1.0 / moments.tokens(), moments.gram(), mean);
      requireFinite(mean, "the inputs of " + slot);
      Matrix above = Matrices.toDouble(mean, scratch);
      Matrices.addToDiagonal(above, -FLOOR);
      if (!scope.device().lapack().cholesky(above)) {
        Matrices.addToDiagonal(mean, FLOOR);
      }
      if (!scope.device().lapack().cholesky(mean)) {
        throw new InputException("the inputs of " + slot + " cannot be whitened: too large");
      }
      return Matrices.copy(mean, DType.F32, scope);
    }
  }

  private static void requireFinite(Matrix x, String what) {
    if (!Double.isFinite(x.device().blas().squaredNorm(x))) {
      throw new InputException(what + " hold NaN or infinite numbers: nothing to prehab");
    }
  }

  private Whitened whiten(LinearSlot slot, Matrix root) {
    Matrix weight = slot.linear().dense();
    requireFinite(weight, "the weights of " + slot.name());
    Matrix x = Matrices.product(true, root, false, weight, scope);
    HeadEnergy energy = HeadEnergy.of(x, settings.head(weight.cols(), weight.rows()), scope);
    Matrix kept = Matrices.copy(weight, weight.dtype(), scope);
    return new Whitened(slot, root, energy, kept, Measure.of(energy));
  }

  /** What no slot holds of the tensors that slots are columns of. */
  private static List<Matrix> others(List<LinearSlot> slots) {
    Map<Tensor, List<Matrix>> byTensor = new IdentityHashMap<>();
    for (LinearSlot slot : slots) {
      Matrix weight = slot.linear().dense();
      byTensor.computeIfAbsent(weight.data(), missing -> new ArrayList<>()).add(weight);
    }
    List<Matrix> others = new ArrayList<>();
    byTensor.forEach(
        (tensor, parts) -> {
          Matrix whole = Matrix.of(tensor);
          parts.sort((a, b) -> Long.compare(a.offset(), b.offset()));
          int column = 0;
          for (Matrix part : parts) {
            int from = (int) (part.offset() % whole.cols());
            if (from > column) {
              others.add(whole.columns(column, from));
            }
            column = from + part.cols();
          }
          if (column < whole.cols()) {
            others.add(whole.columns(column, whole.cols()));
          }
        });
    return others;
  }

  @Override
  public double turn(GradientBuffers gradients, long step, int epoch, double scale) {
    double weight = settings.weight(epoch) / matrices.size();
    double[] penalties = new double[matrices.size()];
    for (Matrix other : others) {
      device.gradients().clear(like(other, gradients));
    }
    device.forEach(
        penalties.length,
        i -> {
          Whitened whitened = matrices.get(i);
          Matrix gradient = like(whitened.weight(), gradients);
          device.lapack().solveLower(false, whitened.root(), gradient);
          if (weight > 0) {
            if (step > 0 && step % RENEWED == 0) {
              whitened.energy().renew();
            } else {
              whitened.energy().iterate();
            }
            penalties[i] =
                weight * whitened.energy().add(settings.penalty(), weight * scale, gradient);
          }
        });
    return Arrays.stream(penalties).sum();
  }

  /** The part of the gradients that lies like a weight. */
  private static Matrix like(Matrix weight, GradientBuffers gradients) {
    return new Matrix(
        gradients.of(weight.data()),
        weight.offset(),
        weight.rows(),
        weight.cols(),
        weight.stride());
  }

  @Override
  public void step(Runnable optimizer) {
    for (Whitened whitened : matrices) {
      device.blas().copy(whitened.weight(), whitened.kept());
      device.gradients().clear(whitened.weight());
    }
    optimizer.run();
    device.forEach(
        matrices.size(),
        i -> {
          Whitened whitened = matrices.get(i);
          Matrix change = whitened.weight();
          device.gradients().addScaled(1, change, whitened.energy().x());
          device.lapack().solveLower(true, whitened.root(), change);
          device.gradients().addScaled(1, whitened.kept(), change);
        });
  }

  @Override
  public List<Tensor> state() {
    List<Tensor> state = new ArrayList<>();
    for (Whitened whitened : matrices) {
      state.add(whitened.energy().x().data());
      state.add(whitened.energy().basis().data());
    }
    return state;
  }

  /** What has become of every whitened matrix, by slot. */
  Map<String, Change> changes() {
    Map<String, Change> changes = new LinkedHashMap<>();
    for (Whitened whitened : matrices) {
      Measure after = Measure.of(whitened.energy());
      changes.put(whitened.slot().name(), new Change(whitened.before(), after));
    }
    return changes;
  }

  /** The mean of all stable ranks at the beginning. */
  public double stableRankBefore() {
    return matrices.stream().mapToDouble(m -> m.before().stableRank()).average().orElseThrow();
  }

  /** The same now. */
  public double stableRank() {
    return changes().values().stream()
        .mapToDouble(change -> change.after().stableRank())
        .average()
        .orElseThrow();
  }

  @Override
  public void close() {
    scope.close();
  }
}
