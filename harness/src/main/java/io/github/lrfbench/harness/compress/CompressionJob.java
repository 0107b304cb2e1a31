package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.Calibrator;
import io.github.lrfbench.harness.calibrate.MomentsByBlock;
import io.github.lrfbench.harness.calibrate.Tokens;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.lowrank.LowRankMethod;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a model is to be compressed: the one entry of all commands.
 *
 * @param method the stages with their options
 * @param budget what it may keep; null for the dense model
 * @param allocation how the budget is shared out
 * @param seed of everything random
 */
public record CompressionJob(MethodChain method, Budget budget, Allocation allocation, long seed) {
  private static final Set<Need> STATISTICS =
      EnumSet.of(Need.WEIGHTS, Need.ACTIVATIONS, Need.FISHER);

  /** Whether statistics of the task's training examples are needed. */
  public boolean needsCalibration() {
    return method.needsCalibration()
        || allocation.needsExamples()
        || budget != null && budget.needsExamples();
  }

  /** How many training examples are to be held out to choose by; 0 for none. */
  public int heldOut() {
    return Math.max(allocation.heldOut(), method.heldOut());
  }

  /**
   * Whether what becomes of a matrix depends on nothing but that matrix, so that one can be
   * compressed after the other.
   */
  public boolean goesByMatrix() {
    Compressor first = method.stages().get(0).method().compressor();
    return method.stages().size() == 1
        && first instanceof LowRankMethod
        && first.takes() == Compressor.Takes.WHOLE
        && !needsCalibration()
        && allocation.equals(Allocation.UNIFORM)
        && budget != null
        && !budget.needsErrors();
  }

  /**
   * Whether what becomes of a matrix depends on nothing but that matrix, and in the dense model the
   * moments of its inputs and its gradients.
   */
  public boolean goesByStatistics(Model model, List<LinearSlot> slots) {
    MethodSpec only = method.stages().get(0).method();
    int blocks = model.blocks().size();
    return method.stages().size() == 1
        && only.compressor() instanceof LowRankMethod
        && only.compressor().takes() == Compressor.Takes.WHOLE
        && STATISTICS.containsAll(only.compressor().needs(only.options()))
        && !only.compressor().triesInModel(only.options())
        && MatrixMethod.tokens(only.options()) == Tokens.ALL
        && allocation.equals(Allocation.UNIFORM)
        && budget != null
        && !budget.needsErrors()
        && !budget.needsExamples()
        && heldOut() == 0
        && !model.sharesBlocks()
        && slots.stream().allMatch(slot -> slot.layer() < blocks);
  }

  /**
   * Compresses a model whose matrices are not needed any more: where a job {@link #goesByMatrix()}
   * or {@link #goesByStatistics}, layer by layer, and the memory of what was replaced is given
   * back. A model that fits in memory can be compressed then.
   *
   * @param model the dense model, which cannot be run afterwards
   * @param slots the matrices to compress
   * @param statistics of the model; null where none are needed
   * @param progress receives in a few words how far it is
   * @return with the whole model
   */
  public Compression consume(
      Model model, List<LinearSlot> slots, Calibrator statistics, Consumer<String> progress) {
    Map<Integer, List<LinearSlot>> layers =
        slots.stream()
            .collect(
                Collectors.groupingBy(LinearSlot::layer, LinkedHashMap::new, Collectors.toList()));
    Map<String, LayerReport> reports = new HashMap<>();
    Map<String, String> parameters = Map.of();
    if (statistics != null && method.needs().contains(Need.FISHER)) {
      // While the model can still be run.
      statistics.fisherAlone();
    }
    Scope own = model.device().openScope();
    try (MomentsByBlock moments = statistics == null ? null : statistics.momentsByBlock()) {
      Model made = model.with(Map.of(), own);
      for (List<LinearSlot> layer : layers.values()) {
        try (FactorizationCache cache = new FactorizationCache(model.device());
            Scope scratch = model.device().openScope();
            Calibrator known = moments == null ? null : statistics.holding(moments.of(layer))) {
          Compression part = run(model, layer, known, cache, scratch, progress);
          made = made.with(part.replacements(), own);
          part.layers().forEach(report -> reports.put(report.layer(), report));
          parameters = part.parameters();
          release(model, layer, part.replacements().keySet());
        }
        progress.accept(reports.size() + " of " + slots.size() + " matrices");
      }
      return new Compression(
          Map.of(),
          slots.stream().map(slot -> reports.get(slot.name())).toList(),
          parameters,
          made);
    } catch (RuntimeException | Error e) {
      own.close();
      throw e;
    }
  }

  /** Matrices that are products together lie in one tensor, which goes with the last of them. */
  private static void release(Model model, List<LinearSlot> layer, Set<String> replaced) {
    Set<Tensor> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    Stream.concat(model.slots().stream(), model.tables().stream())
        .filter(slot -> !replaced.contains(slot.name()) && slot.linear().dense() != null)
        .forEach(slot -> needed.add(slot.linear().dense().data()));
    for (LinearSlot slot : layer) {
      Matrix dense = slot.linear().dense();
      if (dense != null && needed.add(dense.data())) {
        dense.data().release();
      }
    }
  }

  /**
   * Compresses.
   *
   * @param model the dense model, which is not modified
   * @param slots the matrices to compress
   * @param statistics of the model; null where none are needed
   * @param cache of factorizations of the model
   * @param scope owns the replacements
   * @param progress receives in a few words how far a long search is
   */
  public Compression run(
      Model model,
      List<LinearSlot> slots,
      Calibrator statistics,
      FactorizationCache cache,
      Scope scope,
      Consumer<String> progress) {
    return method.compress(
        new CompressionRequest(
            model,
            slots,
            budget,
            allocation,
            MethodOptions.NONE,
            statistics,
            cache,
            scope,
            seed,
            progress));
  }
}
