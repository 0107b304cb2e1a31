package io.github.lrfbench.harness.compress.laser;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.calibrate.ExampleSplit;
import io.github.lrfbench.harness.compress.lowrank.LowRankFactorization;
import io.github.lrfbench.harness.compress.lowrank.PlainSvd;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The method {@code laser}: single matrices are cut to a small part of their rank by truncated SVD
 * where the model gets better by it on held-out training examples (Sharma et al. 2024, "The truth
 * is in there: improving reasoning in language models with layer-selective rank reduction"). From
 * the last block on and from the deepest cut on, a cut is kept if the mean loss falls by more than
 * one standard error of the examples' differences; the next is tried on top of it.
 *
 * <p>It is no compressor: what it saves follows from what helps. A budget is its limit: no cut is
 * kept that would leave less than the budget allows. A rank at or above break-even is multiplied
 * out.
 *
 * <p>Options: {@code search=mlp} tries the feed-forward matrices only, {@code examples} is how many
 * are held out.
 */
public final class LaserCompressor implements Compressor {
  private static final String EXAMPLES = "examples";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "laser",
        "rank reduction of single matrices where the loss on held-out examples falls by it",
        "Sharma et al. 2024",
        Set.of(Need.WEIGHTS, Need.LOSS),
        "dense where no cut helps; every matrix that is cut equals that of svd",
        List.of(
            MethodOption.choice("search", "mlp", "all"),
            MethodOption.count(EXAMPLES, HELD_OUT, ExampleSplit.LEAST, 100_000)));
  }

  @Override
  public boolean allocates() {
    return false;
  }

  @Override
  public int heldOut(MethodOptions options) {
    return options.count(EXAMPLES);
  }

  @Override
  public Set<EnergyOf> energies(MethodOptions options) {
    return EnumSet.of(EnergyOf.OWN, EnergyOf.WEIGHTS);
  }

  @Override
  public Compression compress(CompressionRequest request) {
    request.requireBudget(info().name());
    List<Reduction> kept =
        request
            .cache()
            .find(
                List.of("laser", request.statistics(), request.options(), names(request)),
                () -> search(request));
    Map<String, Linear> replacements = new HashMap<>();
    Map<String, LayerReport> reports = new HashMap<>();
    Map<String, String> notes = new HashMap<>();
    Replacement replacing = new Replacement(request);
    double allowed = allowed(request);
    Budget.Unit unit = request.budget().unit();
    long size = request.slots().stream().mapToLong(s -> size(s.linear(), unit)).sum();
    // What is multiplied out saves nothing, and is a cut all the same.
    boolean cuts = allowed < size;
    for (Reduction reduction : kept) {
      LinearSlot slot = reduction.slot();
      long start = System.nanoTime();
      Linear replacement = cut(reduction, request, request.scope());
      long saved = size(slot.linear(), unit) - size(replacement, unit);
      if (cuts && size - saved >= allowed) {
        size -= saved;
        replacements.put(slot.name(), replacement);
        reports.put(
            slot.name(),
            replacing.report(
                slot,
                replacement,
                reduction.rank(),
                new Diagnostics(
                    "svd", Double.NaN, 1, 0, "cut to " + reduction.percent() + " % of its rank"),
                start));
      } else {
        notes.put(
            slot.name(),
            "a cut to "
                + reduction.percent()
                + " % of its rank helps, but the budget does not allow it");
      }
    }
    List<LayerReport> layers = new ArrayList<>();
    for (LinearSlot slot : request.slots()) {
      LayerReport report = reports.get(slot.name());
      String note = notes.getOrDefault(slot.name(), "no cut of it helps");
      layers.add(report == null ? replacing.keep(slot, note) : report);
    }
    return new Compression(replacements, layers, parameters(request, replacements.size()));
  }

  private static List<String> names(CompressionRequest request) {
    return request.slots().stream().map(LinearSlot::name).toList();
  }

  private static Map<String, String> parameters(CompressionRequest request, int cuts) {
    Map<String, String> parameters = new LinkedHashMap<>(request.options().values());
    int examples = request.statistics().heldOutExamples(request.options().count(EXAMPLES));
    parameters.put(EXAMPLES, Integer.toString(examples));
    parameters.put("cuts", Integer.toString(cuts));
    return parameters;
  }

  /** The least that the budget leaves, in its unit. */
  private static double allowed(CompressionRequest request) {
    return request.slots().stream()
        .mapToDouble(slot -> request.budget().allowance(points(slot, request)))
        .sum();
  }

  private static OperatingPoints points(LinearSlot slot, CompressionRequest request) {
    return request.budget().needsErrors()
        ? PlainSvd.of(request.cache(), slot, Reduction.largest(slot), true).points()
        : RankPoints.of(slot.linear().outputs(), slot.linear().inputs());
  }

  private static long size(Linear linear, Budget.Unit unit) {
    return unit == Budget.Unit.BITS
        ? OperatingPoints.DENSE_BITS * linear.parameters()
        : linear.parameters();
  }

  /** The reductions that help, in the order in which they were found. */
  private static List<Reduction> search(CompressionRequest request) {
    TrainingSet examples = request.statistics().heldOut(request.options().count(EXAMPLES));
    Model dense = request.model();
    double[] before = ExampleLosses.of(dense, examples);
    List<Reduction> kept = new ArrayList<>();
    Map<String, Linear> replacements = new HashMap<>();
    List<Reduction> candidates =
        Reduction.candidates(request.slots(), request.options().is("search", "mlp"));
    int done = 0;
    try (Scope scope = dense.device().openScope()) {
      for (Reduction reduction : candidates) {
        request
            .progress()
            .accept("tried " + done++ + " of " + candidates.size() + " cuts, kept " + kept.size());
        String name = reduction.slot().name();
        if (replacements.containsKey(name)) {
          continue;
        }
        try (Scope trial = dense.device().openScope()) {
          Map<String, Linear> tried = new HashMap<>(replacements);
          Linear replacement = cut(reduction, request, trial);
          tried.put(name, replacement);
          double[] after;
          try (Model model = dense.with(tried)) {
            after = ExampleLosses.of(model, examples);
          }
          if (ExampleLosses.fell(before, after, 1)) {
            before = after;
            kept.add(reduction);
            replacements.put(name, replacement.copyTo(scope));
          }
        }
      }
    }
    return List.copyOf(kept);
  }

  /** The truncated SVD of a matrix, as factors where that saves anything. */
  private static Linear cut(Reduction reduction, CompressionRequest request, Scope scope) {
    LinearSlot slot = reduction.slot();
    LowRankFactorization decomposition =
        PlainSvd.of(request.cache(), slot, Reduction.largest(slot), false);
    try (Scope scratch = scope.device().openScope()) {
      LowRankFactors factors = decomposition.cut(reduction.rank(), scratch).factors();
      return new LowRankCost(factors.outputs(), factors.inputs(), reduction.rank()).saves()
          ? Replacement.place(slot, new LowRankLinear(factors, null), null, scope)
          : product(factors, slot, scope);
    }
  }

  private static Linear product(LowRankFactors factors, LinearSlot slot, Scope scope) {
    Matrix product = Matrix.of(scope.allocate(DType.F32, factors.inputs(), factors.outputs()));
    try (Scope scratch = scope.device().openScope()) {
      Matrix wide =
          Matrix.of(scratch.allocate(factors.dtype(), factors.inputs(), factors.outputs()));
      scope.device().blas().gemm(false, false, 1, factors.down(), factors.up(), 0, wide);
      scope.device().blas().copy(wide, product);
    }
    return new DenseLinear(product, slot.linear().bias());
  }
}
