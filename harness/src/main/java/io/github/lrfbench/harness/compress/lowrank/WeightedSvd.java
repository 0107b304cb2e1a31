package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import io.github.lrfbench.kernels.svd.Spectrum;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import io.github.lrfbench.kernels.svd.SvdFactors;
import io.github.lrfbench.kernels.svd.SvdOptions;
import io.github.lrfbench.kernels.svd.SvdProgress;
import io.github.lrfbench.kernels.svd.SvdRequest;
import io.github.lrfbench.kernels.svd.TruncatedSvd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The singular value decomposition L W T = P S Qᵀ with L and T taken back: U = L⁻¹ P √S and V = √S
 * Qᵀ T⁻¹ minimize ‖L (W − U V) T‖ over the matrices of a rank (Eckart and Young 1936, after
 * substitution). L is diagonal.
 *
 * @param factors L⁻¹ P, S and Qᵀ T⁻¹
 * @param condition of T
 * @param ridge in T
 * @param note on T
 */
public record WeightedSvd(SvdFactors factors, double condition, double ridge, String note)
    implements LowRankFactorization {
  /** Decomposes matrices as they are: L and T are 1. */
  public static List<LowRankFactorization> decompose(DecompositionRequest request) {
    return decompose(request, (slot, scratch) -> null);
  }

  /**
   * Decomposes matrices, the inputs of each being weighted.
   *
   * @param inputs T of a slot, null for 1; what it allocates belongs to the given scope
   */
  public static List<LowRankFactorization> decompose(
      DecompositionRequest request, BiFunction<LinearSlot, Scope, InputTransform> inputs) {
    return decompose(request, inputs, slot -> null);
  }

  /**
   * Decomposes matrices, inputs and outputs of each being weighted.
   *
   * @param inputs T of a slot, null for 1; what it allocates belongs to the given scope
   * @param outputs the diagonal of L of a slot, [m], positive; null for ones
   */
  public static List<LowRankFactorization> decompose(
      DecompositionRequest request,
      BiFunction<LinearSlot, Scope, InputTransform> inputs,
      Function<LinearSlot, double[]> outputs) {
    List<LowRankFactorization> all = new ArrayList<>();
    for (List<Target> chunk : request.chunks()) {
      all.addAll(decompose(chunk, request.scope(), inputs, outputs));
    }
    return all;
  }

  private static List<LowRankFactorization> decompose(
      List<Target> targets,
      Scope scope,
      BiFunction<LinearSlot, Scope, InputTransform> inputs,
      Function<LinearSlot, double[]> outputs) {
    boolean whole = targets.stream().anyMatch(Target::wholeSpectrum);
    List<LowRankFactorization> decompositions = new ArrayList<>();
    try (Scope scratch = scope.device().openScope()) {
      List<InputTransform> transforms = new ArrayList<>();
      List<SvdRequest> requests = new ArrayList<>();
      for (Target target : targets) {
        InputTransform transform = inputs.apply(target.slot(), scratch);
        Matrix w = SlotMatrix.of(target.slot(), scratch);
        Matrix weighted = transform == null ? w : transform.multiply(w, scratch);
        double[] scales = outputs.apply(target.slot());
        if (scales != null) {
          scope.device().blas().scaleRows(weighted, scales);
        }
        transforms.add(transform);
        requests.add(new SvdRequest(weighted, whole ? target.size() : target.rank()));
      }
      SvdOptions options = whole ? SvdOptions.of(SvdAlgorithm.GRAM) : SvdOptions.DEFAULT;
      List<SvdFactors> factors =
          new TruncatedSvd(scope.device(), options)
              .factor(whole ? scratch : scope, requests, SvdProgress.NONE);
      for (int i = 0; i < targets.size(); i++) {
        SvdFactors own =
            whole ? first(factors.get(i), targets.get(i).rank(), scope) : factors.get(i);
        InputTransform transform = transforms.get(i);
        double[] scales = outputs.apply(targets.get(i).slot());
        if (scales != null) {
          scope.device().blas().scaleRows(own.u(), reciprocals(scales));
        }
        if (transform == null) {
          decompositions.add(new WeightedSvd(own, 1, 0, ""));
          continue;
        }
        transform.divide(own.vt());
        decompositions.add(
            new WeightedSvd(own, transform.condition(), transform.ridge(), transform.note()));
      }
    }
    return decompositions;
  }

  /** A copy of the first vectors, with all singular values. */
  private static SvdFactors first(SvdFactors factors, int rank, Scope scope) {
    SvdFactors cut = factors.truncate(Math.min(rank, factors.rank()));
    return new SvdFactors(
        Matrices.copy(cut.u(), cut.u().dtype(), scope),
        Matrices.copy(cut.vt(), cut.vt().dtype(), scope),
        cut.spectrum(),
        cut.algorithm(),
        cut.precision());
  }

  private static double[] reciprocals(double[] values) {
    return Arrays.stream(values).map(value -> 1 / value).toArray();
  }

  @Override
  public int rows() {
    return factors.u().rows();
  }

  @Override
  public int cols() {
    return factors.vt().cols();
  }

  @Override
  public int rank() {
    return factors.rank();
  }

  @Override
  public Spectrum spectrum() {
    return factors.spectrum();
  }

  @Override
  public Cut cut(int rank, Scope scope) {
    SvdFactors cut = factors.truncate(rank);
    double dropped = cut.error();
    return new Cut(
        cut.split(scope, SigmaSplit.BOTH),
        new Diagnostics(cut.algorithm().label(), dropped, condition, ridge, note));
  }
}
