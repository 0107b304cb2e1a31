package io.github.lrfbench.harness.compress.recover;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.EnergyOf;
import io.github.lrfbench.harness.compress.allocate.Allocation;
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
import io.github.lrfbench.harness.compress.spi.MethodSpec;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.train.Distillation;
import io.github.lrfbench.harness.train.DistillationWeights;
import io.github.lrfbench.harness.train.TrainingSettings;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankCost;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.ProductSvd;
import io.github.lrfbench.kernels.svd.SigmaSplit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The method {@code progressive}: ranks fall in several steps, and the factors are trained after
 * each (Hajimolahoseini et al. 2021, "Compressing pre-trained language models using progressive low
 * rank decomposition"). The trained product is decomposed anew from its factors, without being
 * formed. The other weights stay as they are; training them too is what {@code --finetune-epochs}
 * does afterwards.
 *
 * <p>Options: {@code start}: the method of the first step; {@code steps}; {@code epochs} of every
 * step and {@code last} of the last; {@code lr}, halved from step to step; {@code distill}: when
 * the dense model teaches, {@code auto} where less than an eighth of the parameters is left; {@code
 * select}: the epoch that each training keeps.
 */
public final class ProgressiveCompressor implements Compressor {
  private static final double DISTILLED_FACTOR = 8;
  private static final DistillationWeights DISTILLED = new DistillationWeights(0.5, 0, 0, 0);

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        "progressive",
        "ranks that fall in steps, the factors trained after each",
        "Hajimolahoseini et al. 2021",
        Set.of(Need.WEIGHTS, Need.TRAINING),
        "svd without training",
        List.of(
            MethodOption.choice("start", "svd", "fwsvd", "asvd", "svdllm", "drone", "lord"),
            MethodOption.count("steps", 4, 1, 100),
            MethodOption.count("epochs", 1, 0, 1000),
            MethodOption.count("last", 3, 0, 1000),
            MethodOption.number("lr", 2e-5, 1e-9, 0.5),
            MethodOption.choice("distill", "auto", "always", "never"),
            SelectOption.OPTION));
  }

  @Override
  public Set<EnergyOf> energies(MethodOptions options) {
    return EnumSet.allOf(EnergyOf.class);
  }

  @Override
  public Compression compress(CompressionRequest request) {
    request.requireBudget(info().name());
    Compression target = start(request, request.slots(), request.budget(), request.allocation());
    Map<String, RankSchedule> schedules = schedules(target, request.options().count("steps"));
    Map<String, Linear> replacements = first(request, schedules);
    long start = System.nanoTime();
    int steps = request.options().count("steps");
    for (int step = 1; step <= steps; step++) {
      if (step > 1) {
        for (Map.Entry<String, Linear> entry : replacements.entrySet()) {
          int rank = schedules.get(entry.getKey()).rank(step);
          entry.setValue(cut(entry.getValue(), rank, request.scope()));
        }
      }
      int epochs = request.options().count(step == steps ? "last" : "epochs");
      if (epochs > 0 && !replacements.isEmpty()) {
        replacements =
            ReplacementTraining.train(
                request,
                replacements,
                weight -> true,
                settings(request, epochs, step),
                distillation(request, replacements),
                request.scope());
      }
    }
    return new Compression(
        Map.copyOf(replacements),
        reports(request, target, replacements, start),
        parameters(request));
  }

  /** The replacements of the first step; matrices of one rank are decomposed together. */
  private static Map<String, Linear> first(
      CompressionRequest request, Map<String, RankSchedule> schedules) {
    Map<String, Linear> replacements = new HashMap<>();
    request.slots().stream()
        .filter(slot -> schedules.containsKey(slot.name()))
        .collect(Collectors.groupingBy(slot -> schedules.get(slot.name()).rank(1)))
        .forEach(
            (rank, slots) ->
                replacements.putAll(
                    start(request, slots, new Budget.Rank(rank), Allocation.UNIFORM)
                        .replacements()));
    return replacements;
  }

  private static Compression start(
      CompressionRequest request, List<LinearSlot> slots, Budget budget, Allocation allocation) {
    MethodSpec method = MethodSpec.parse(request.options().text("start"));
    return method.compressor().compress(request.with(slots, budget, allocation, method.options()));
  }

  /** Of every matrix that is not kept as it is. */
  private static Map<String, RankSchedule> schedules(Compression target, int steps) {
    Map<String, RankSchedule> schedules = new HashMap<>();
    for (LayerReport layer : target.layers()) {
      if (target.replacements().containsKey(layer.layer())) {
        double breakEven = LowRankCost.breakEvenRank(layer.rows(), layer.cols());
        schedules.put(layer.layer(), new RankSchedule(breakEven, layer.rank(), steps));
      }
    }
    return schedules;
  }

  /** The best approximation of the product U V of a smaller rank, its norm shared out evenly. */
  static LowRankLinear cut(Linear linear, int rank, Scope scope) {
    Device device = scope.device();
    try (Scope scratch = device.openScope()) {
      Matrix u = Matrix.of(scratch.allocate(DType.F64, linear.outputs(), linear.rank()));
      Matrix v = Matrix.of(scratch.allocate(DType.F64, linear.inputs(), linear.rank()));
      device.blas().transpose(linear.factors().up(), u);
      device.blas().copy(linear.factors().down(), v);
      LowRankFactors wide = ProductSvd.factor(scratch, u, v, rank).split(scratch, SigmaSplit.BOTH);
      return new LowRankLinear(wide, linear.bias()).copyTo(scope, DType.F32);
    }
  }

  private static TrainingSettings settings(CompressionRequest request, int epochs, int step) {
    return TrainingSettings.standard(
        epochs,
        request.options().number("lr") * Math.pow(0.5, step - 1.0),
        TrainingSettings.BATCH_SIZE,
        SelectOption.of(request.options()),
        request.seed());
  }

  private static Distillation distillation(
      CompressionRequest request, Map<String, Linear> replacements) {
    long before = 0;
    long after = 0;
    for (LinearSlot slot : request.slots()) {
      Linear now = replacements.getOrDefault(slot.name(), slot.linear());
      before += slot.linear().parameters();
      after += now.parameters();
    }
    boolean wanted =
        request.options().is("distill", "always")
            || request.options().is("distill", "auto") && before > DISTILLED_FACTOR * after;
    return wanted
        ? new Distillation(request.reference(), DISTILLED, Distillation.TEMPERATURE)
        : null;
  }

  private static List<LayerReport> reports(
      CompressionRequest request,
      Compression target,
      Map<String, Linear> replacements,
      long start) {
    Map<String, LayerReport> kept =
        target.layers().stream().collect(Collectors.toMap(LayerReport::layer, layer -> layer));
    Replacement replacing = new Replacement(request);
    List<LayerReport> layers = new ArrayList<>();
    for (LinearSlot slot : request.slots()) {
      Linear linear = replacements.get(slot.name());
      if (linear != null) {
        Diagnostics diagnostics =
            new Diagnostics("exact", Double.NaN, Double.NaN, Double.NaN, "trained");
        layers.add(replacing.report(slot, linear, diagnostics, start));
      } else {
        layers.add(kept.get(slot.name()));
      }
    }
    return layers;
  }

  private static Map<String, String> parameters(CompressionRequest request) {
    Map<String, String> parameters = new LinkedHashMap<>(request.options().values());
    parameters.put("batch_size", Integer.toString(TrainingSettings.BATCH_SIZE));
    return parameters;
  }
}
