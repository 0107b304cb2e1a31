package io.github.lrfbench.harness.compress.lowrank;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.compress.allocate.MeasuredCost;
import io.github.lrfbench.harness.compress.allocate.ProductTimes;
import io.github.lrfbench.harness.compress.allocate.RankChoice;
import io.github.lrfbench.harness.compress.allocate.RankChoice.Evidence;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch.Probe;
import io.github.lrfbench.harness.compress.lowrank.Decomposition.Cut;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One call of a {@link FactoringMethod}. */
final class Factoring {
  /** Held-out examples that single cuts are tried on. */
  private static final int PROBE_EXAMPLES = 128;

  private final FactoringMethod method;
  private final CompressionRequest request;
  private final boolean sequential;
  private final Replacing replacing;
  private final Map<String, Linear> replacements = new HashMap<>();
  private final Map<String, LayerReport> reports = new HashMap<>();

  /** Finds ranks by the loss; null where the budget says them. */
  private RankSearch search;

  /** Whether ranks were chosen by all singular values, so that those decompositions are cut. */
  private boolean choosesBySpectra;

  Factoring(FactoringMethod method, CompressionRequest request) {
    this.method = method;
    this.request = request;
    this.sequential = FactoringMethod.isSequential(request.options());
    this.replacing = new Replacing(request);
  }

  Compression run() {
    List<Target> targets = chooseRanks();
    double tolerance = method.tolerance(request.options());
    if (tolerance > 1 && !targets.isEmpty()) {
      double loss = ExampleLosses.mean(request.model(), probeExamples());
      search = new RankSearch(targets, loss, tolerance, times(targets));
      targets = targets.stream().map(search::largest).toList();
    }
    if (sequential || method.refits(request.options())) {
      targets.stream()
          .collect(
              Collectors.groupingBy(
                  target -> target.slot().layer(), TreeMap::new, Collectors.toList()))
          .values()
          .forEach(this::replaceBlock);
    } else {
      replace(targets, decompose(targets), staticStatistics());
    }
    List<LayerReport> layers =
        request.slots().stream().map(slot -> reports.get(slot.name())).toList();
    return new Compression(Map.copyOf(replacements), layers, parameters());
  }

  /**
   * The matrices to factor, each with its rank; the others are reported as kept. Where ranks depend
   * on singular values, those of the dense model's statistics count.
   */
  private List<Target> chooseRanks() {
    if (request.slots().isEmpty()) {
      return List.of();
    }
    List<Decomposition> known = List.of();
    choosesBySpectra =
        request.budget().needsSpectrum() || request.allocation().policy().needsSpectra();
    if (choosesBySpectra) {
      known = decompose(request.slots().stream().map(Factoring::whole).toList());
    }
    List<double[]> spectra = known.stream().map(all -> all.spectrum().values()).toList();
    int[] ranks = rankChoice(known).ranks(request.slots(), spectra);
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < ranks.length; i++) {
      LinearSlot slot = request.slots().get(i);
      int rows = slot.linear().outputs();
      int cols = slot.linear().inputs();
      if (Budget.atOrAboveBreakEven(rows, cols, ranks[i])) {
        reports.put(slot.name(), replacing.keep(slot, ranks[i]));
      } else {
        targets.add(new Target(slot, ranks[i], false));
      }
    }
    return targets;
  }

  private RankChoice rankChoice(List<Decomposition> decompositions) {
    return new RankChoice(
        request.allocation(),
        request.budget(),
        new Evidence(
            () -> request.statistics().gradients().sensitivities(),
            () -> outputSpectra(decompositions),
            () -> request.cache().find(probesKey(), () -> probes(decompositions)),
            this::times));
  }

  /** Singular values as errors of outputs. */
  private List<double[]> outputSpectra(List<Decomposition> decompositions) {
    return method.measuresOutputs()
        ? decompositions.stream().map(all -> all.spectrum().values()).toList()
        : request
            .cache()
            .find(List.of("outputs", key()), () -> measuredOutputSpectra(decompositions));
  }

  private List<double[]> measuredOutputSpectra(List<Decomposition> decompositions) {
    ActivationMoments moments = request.statistics().moments();
    List<double[]> spectra = new ArrayList<>();
    for (int i = 0; i < decompositions.size(); i++) {
      try (Scope scratch = request.scope().device().openScope()) {
        LinearSlot slot = request.slots().get(i);
        spectra.add(
            OutputErrors.spectrum(
                Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch),
                replacing.outputNorm(slot, moments.of(slot.name())),
                decompositions.get(i).nested(scratch),
                moments.of(slot.name())));
      }
    }
    return spectra;
  }

  private MeasuredCost times() {
    return request
        .cache()
        .find(
            "times", () -> ProductTimes.measure(request.scope().device(), request.model().slots()));
  }

  private double[] times(List<Target> targets) {
    MeasuredCost times = times();
    return targets.stream()
        .map(target -> target.slot().linear())
        .mapToDouble(linear -> times.dense(linear.outputs(), linear.inputs()))
        .toArray();
  }

  /** What probes depend on beside the model. */
  private Object probesKey() {
    boolean compensates = FactoringMethod.compensates(request.options());
    boolean refits = method.refits(request.options());
    return List.of("probes", key(), request.statistics(), compensates, refits);
  }

  /** The loss on held-out training examples with every single matrix cut to several ratios. */
  private List<Probe> probes(List<Decomposition> decompositions) {
    List<Probe> probes = new ArrayList<>();
    for (int i = 0; i < decompositions.size(); i++) {
      LinearSlot slot = request.slots().get(i);
      Linear linear = slot.linear();
      request.progress().accept("tried " + i + " of " + decompositions.size() + " matrices");
      for (double ratio : TruncationRankSearch.RATIOS) {
        int rank = new Budget.Keep(ratio).rank(linear.outputs(), linear.inputs(), null);
        Decomposition decomposition = decompositions.get(i);
        int tried = Math.min(rank, decomposition.rank());
        double loss = loss(Map.of(), slot, decomposition, tried, staticStatistics());
        probes.add(new Probe(slot.name(), ratio, loss));
      }
    }
    return probes;
  }

  private TrainingSet probeExamples() {
    TrainingSet all = request.statistics().heldOut();
    return all.subset(IntStream.range(0, Math.min(PROBE_EXAMPLES, all.size())).toArray());
  }

  /** The loss on held-out training examples with one more matrix cut. */
  private double loss(
      Map<String, Linear> others,
      LinearSlot slot,
      Decomposition decomposition,
      int rank,
      SlotStatistics statistics) {
    try (Scope scratch = request.scope().device().openScope()) {
      Cut cut = decomposition.cut(rank, scratch);
      Map<String, Linear> all = new HashMap<>(others);
      all.put(slot.name(), replacement(slot, cut, statistics, scratch, scratch));
      try (Model model = request.model().with(all)) {
        return ExampleLosses.mean(model, probeExamples());
      }
    }
  }

  private SlotStatistics staticStatistics() {
    return new SlotStatistics(request.statistics(), null);
  }

  /** What stands in a slot with these factors. */
  private Linear replacement(
      LinearSlot slot, Cut cut, SlotStatistics statistics, Scope scratch, Scope owner) {
    LowRankFactors factors =
        method.refits(request.options())
            ? method.refit(slot, cut.factors(), statistics.moments(slot), scratch)
            : cut.factors();
    return replacing.linear(
        slot,
        factors,
        FactoringMethod.compensates(request.options()) ? statistics.moments(slot).mean() : null,
        owner);
  }

  /** A method that reads no statistics shares its decompositions among tasks. */
  private DecompositionCache.Key key() {
    boolean reads = method.info().needs().stream().anyMatch(need -> need.isCalibration());
    return new DecompositionCache.Key(
        method.decompositionKey(request.options()), reads ? request.statistics() : null);
  }

  private static Target whole(LinearSlot slot) {
    Linear linear = slot.linear();
    int rank = Budget.largestBelowBreakEven(linear.outputs(), linear.inputs());
    return new Target(slot, rank, true);
  }

  /** Decompositions from the dense model's statistics. */
  private List<Decomposition> decompose(List<Target> targets) {
    return request
        .cache()
        .get(
            key(),
            targets.stream()
                .map(target -> new Target(target.slot(), target.rank(), choosesBySpectra))
                .toList(),
            (missing, scope) ->
                method.decompose(
                    new DecompositionRequest(
                        missing, request.options(), staticStatistics(), scope)));
  }

  /** Replaces a block's matrices, with moments of the model in which the blocks before are. */
  private void replaceBlock(List<Target> targets) {
    Set<String> names =
        targets.stream().map(target -> target.slot().name()).collect(Collectors.toSet());
    try (Model model = request.model().with(replacements);
        ActivationMoments moments =
            request
                .statistics()
                .momentsIn(
                    model,
                    model.slots().stream().filter(slot -> names.contains(slot.name())).toList());
        Scope scratch = request.scope().device().openScope()) {
      SlotStatistics statistics = new SlotStatistics(request.statistics(), moments);
      List<? extends Decomposition> decompositions =
          sequential
              ? method.decompose(
                  new DecompositionRequest(targets, request.options(), statistics, scratch))
              : decompose(targets);
      replace(targets, decompositions, statistics);
    }
  }

  private void replace(
      List<Target> targets,
      List<? extends Decomposition> decompositions,
      SlotStatistics statistics) {
    for (int i = 0; i < targets.size(); i++) {
      LinearSlot slot = targets.get(i).slot();
      Decomposition decomposition = decompositions.get(i);
      long start = System.nanoTime();
      int rank = search == null ? targets.get(i).rank() : find(slot, decomposition, statistics);
      if (rank == 0) {
        reports.put(slot.name(), replacing.keep(slot, "kept dense: the loss would grow too much"));
        continue;
      }
      try (Scope scratch = request.scope().device().openScope()) {
        Cut cut = decomposition.cut(rank, scratch);
        Linear replacement = replacement(slot, cut, statistics, scratch, request.scope());
        replacements.put(slot.name(), replacement);
        reports.put(
            slot.name(), replacing.report(slot, replacement, rank, cut.diagnostics(), start));
      }
    }
  }

  private int find(LinearSlot slot, Decomposition decomposition, SlotStatistics statistics) {
    request
        .progress()
        .accept("tried " + reports.size() + " of " + request.slots().size() + " matrices");
    return search.next(slot, rank -> loss(replacements, slot, decomposition, rank, statistics));
  }

  private Map<String, String> parameters() {
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    parameters.putAll(method.constants());
    if (!request.allocation().isStandard()) {
      parameters.put("allocate", request.allocation().policy().label());
      parameters.put("round_to", Integer.toString(request.allocation().multiple()));
    }
    if (request.allocation().policy().needsExamples()
        || method.needs(request.options()).stream().anyMatch(need -> need.isCalibration())) {
      parameters.put("examples", Integer.toString(request.statistics().examples()));
    }
    return parameters;
  }
}
