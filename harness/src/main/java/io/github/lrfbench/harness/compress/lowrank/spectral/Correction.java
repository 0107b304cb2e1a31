package io.github.lrfbench.harness.compress.lowrank.spectral;

import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.MeanGradients;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization.Cut;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The corrections of Zero Sum SVD: with g the mean gradient of the calibration examples' loss by a
 * matrix Ŵ of the compressed model, Ŵ + (⟨g, W − Ŵ⟩ / ⟨g, g⟩) g takes back the projection on g of
 * what is lost, and is cut to Ŵ's rank again in the method's own metric. In a round all matrices
 * are corrected by the gradients of one model.
 */
final class Correction {
  private final CompressionRequest request;
  private final Function<DecompositionRequest, List<LowRankFactorization>> method;

  /**
   * Corrections for the matrices of a request.
   *
   * @param method cuts a matrix to a rank
   */
  Correction(
      CompressionRequest request,
      Function<DecompositionRequest, List<LowRankFactorization>> method) {
    this.request = request;
    this.method = method;
  }

  /**
   * Corrects what a truncation made.
   *
   * @param truncated matrices in two factors, which are overwritten
   * @param rounds how often; 0 leaves all as it is
   */
  Compression correct(Compression truncated, int rounds) {
    if (rounds == 0 || truncated.replacements().isEmpty()) {
      return truncated;
    }
    long start = System.nanoTime();
    Map<String, Linear> standing = new HashMap<>(truncated.replacements());
    Map<String, Diagnostics> diagnostics = new HashMap<>();
    Collection<List<LinearSlot>> blocks =
        request.slots().stream()
            .filter(slot -> standing.containsKey(slot.name()))
            .collect(Collectors.groupingBy(LinearSlot::layer, TreeMap::new, Collectors.toList()))
            .values();
    for (int round = 1; round <= rounds; round++) {
      request.progress().accept("correction " + round + " of " + rounds);
      try (Model model = request.model().with(standing);
          Calibrator at = request.statistics().of(model)) {
        MeanGradients gradients = at.meanGradients();
        blocks.forEach(block -> correct(block, standing, gradients, diagnostics));
      }
    }
    Replacement replacement = new Replacement(request);
    List<LayerReport> layers = new ArrayList<>(truncated.layers());
    for (int i = 0; i < layers.size(); i++) {
      LinearSlot slot = request.slots().get(i);
      if (diagnostics.containsKey(slot.name())) {
        Linear map = standing.get(slot.name());
        layers.set(i, replacement.report(slot, map, diagnostics.get(slot.name()), start));
      }
    }
    return new Compression(Map.copyOf(standing), layers, truncated.parameters());
  }

  /** Overwrites the factors of a block's matrices. */
  private void correct(
      List<LinearSlot> block,
      Map<String, Linear> standing,
      MeanGradients gradients,
      Map<String, Diagnostics> diagnostics) {
    try (Scope scratch = request.scope().device().openScope()) {
      List<Target> targets = new ArrayList<>();
      for (LinearSlot slot : block) {
        Linear map = standing.get(slot.name());
        Matrix corrected = corrected(slot, map, gradients.of(slot.name()), scratch);
        DenseLinear dense = new DenseLinear(corrected, null);
        LinearSlot own = new LinearSlot(slot.name(), slot.layer(), slot.role(), dense);
        targets.add(new Target(own, map.rank(), false));
      }
      List<LowRankFactorization> made =
          method.apply(
              new DecompositionRequest(
                  targets,
                  request.options(),
                  new SlotStatistics(request.statistics(), null),
                  scratch));
      for (int i = 0; i < made.size(); i++) {
        LinearSlot slot = block.get(i);
        Linear map = standing.get(slot.name());
        Cut cut = made.get(i).cut(map.rank(), scratch);
        overwrite(map.factors(), cut.factors());
        if (request.options().is("bias", "compensate")) {
          double[] mean = request.statistics().moments().of(slot.name()).mean();
          standing.put(
              slot.name(), map.withBias(Replacement.compensated(slot, map, mean, request.scope())));
        }
        Diagnostics of = cut.diagnostics();
        // What was dropped is of the corrected matrix, and not of W.
        diagnostics.put(
            slot.name(),
            new Diagnostics(of.algorithm(), Double.NaN, of.condition(), of.ridge(), of.note()));
      }
    }
  }

  private static void overwrite(LowRankFactors target, LowRankFactors factors) {
    target.up().device().blas().copy(factors.up(), target.up());
    target.up().device().blas().copy(factors.down(), target.down());
  }

  /**
   * Ŵ and its part of what is lost.
   *
   * @param gradient gᵀ, F64 [n, m]
   * @return transposed, F32 [n, m], in the given scope
   */
  static Matrix corrected(LinearSlot slot, Linear map, Matrix gradient, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      Matrix lost = Matrices.transpose(MatrixErrors.difference(slot, map, scratch), scratch);
      double square = Matrices.innerProduct(gradient, gradient);
      if (!Double.isFinite(square)) {
        throw new InputException("the mean gradient of " + slot.name() + " is no number");
      }
      double coefficient = square == 0 ? 0 : Matrices.innerProduct(gradient, lost) / square;
      Matrix corrected =
          Matrices.toDouble(DenseLinear.of(slot.linear(), scratch).weight(), scratch);
      scope.device().gradients().addScaled(-1, lost, corrected);
      scope.device().gradients().addScaled(coefficient, gradient, corrected);
      return Matrices.copy(corrected, DType.F32, scope);
    }
  }
}
