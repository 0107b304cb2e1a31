package io.github.lrfbench.harness.compress.sharing;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.allocate.Evidence;
import io.github.lrfbench.harness.compress.allocate.PointChoice;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest;
import io.github.lrfbench.harness.compress.lowrank.DecompositionRequest.Target;
import io.github.lrfbench.harness.compress.lowrank.OutputProjection;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.lowrank.SecondMoment;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.ErrorMetric;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.Basis;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.linear.SharedLinear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One call of a {@link BasisSharingCompressor}: points are chosen for all groups, then each is
 * fitted.
 */
final class BasisSharing {
  private final CompressionRequest request;
  private final List<BasisGroup> groups;
  private final boolean horizontal;
  private final SlotStatistics statistics;
  private final Replacement replacement;
  private final Map<String, Linear> replacements = new HashMap<>();
  private final Map<String, LayerReport> reports = new HashMap<>();

  BasisSharing(CompressionRequest request, List<BasisGroup> groups) {
    this.request = request;
    this.groups = groups;
    this.horizontal =
        !request.options().is(BasisSharingCompressor.SHARE, BasisSharingCompressor.BLOCKS);
    this.statistics = new SlotStatistics(request.statistics(), null);
    this.replacement = new Replacement(request);
  }

  Compression run() {
    try (Scope scratch = request.scope().device().openScope()) {
      List<OutputProjection> known = List.of();
      List<OperatingPoints> offers = groups.stream().map(BasisGroup::points).toList();
      if (request.budget().needsErrors() || request.allocation().policy().needsSpectra()) {
        known =
            groups.stream()
                .map(group -> project(group, Math.max(1, group.points().saving()), true, scratch))
                .toList();
        offers = known.stream().map(OutputProjection::points).toList();
      }
      int[] chosen = choose(known, offers);
      for (int i = 0; i < chosen.length; i++) {
        OperatingPoints offer = offers.get(i);
        if (chosen[i] == offer.count() || offer.savesNothing(chosen[i])) {
          keep(groups.get(i), offer, chosen[i]);
        } else {
          replace(groups.get(i), RankPoints.rank(chosen[i]), known.isEmpty() ? null : known.get(i));
        }
      }
    }
    List<LayerReport> layers =
        request.slots().stream().map(slot -> reports.get(slot.name())).toList();
    return new Compression(Map.copyOf(replacements), layers, parameters());
  }

  private int[] choose(List<OutputProjection> known, List<OperatingPoints> offers) {
    Map<String, Double> equal = new HashMap<>();
    groups.forEach(group -> equal.put(group.first().name(), 1.0));
    // Gradients weigh the errors of single matrices, and are in those of the groups.
    Evidence evidence =
        new Evidence() {
          @Override
          public Map<String, Double> sensitivities() {
            return equal;
          }

          @Override
          public List<OperatingPoints> outputs() {
            return weighted(known);
          }
        };
    return new PointChoice(request.allocation(), request.budget(), evidence)
        .choose(groups.stream().map(BasisGroup::first).toList(), offers);
  }

  /** The groups' points with the squared errors of outputs, each weighted by its gradient. */
  private List<OperatingPoints> weighted(List<OutputProjection> known) {
    Map<String, Double> sensitivities = request.statistics().gradients().sensitivities();
    List<OperatingPoints> all = new ArrayList<>();
    for (int i = 0; i < known.size(); i++) {
      OperatingPoints points = known.get(i).points();
      double[] errors = new double[points.count()];
      double energy = 0;
      int row = 0;
      for (LinearSlot slot : groups.get(i).slots()) {
        int end = row + slot.linear().outputs();
        double weight = sensitivities.get(slot.name()) / moments(slot).tokens();
        energy += weight * addErrors(slot, part(known.get(i), row, end), weight, errors);
        row = end;
      }
      // Of a rank that is worse than a smaller one the error of that counts.
      double smallest = energy;
      for (int r = 0; r < errors.length; r++) {
        smallest = r < known.get(i).rank() ? Math.min(smallest, Math.max(0, errors[r])) : smallest;
        errors[r] = smallest;
      }
      all.add(points.withErrors(energy, errors));
    }
    return all;
  }

  /** Adds what each rank loses of a matrix's outputs; returns their energy. */
  private double addErrors(LinearSlot slot, OutputProjection part, double weight, double[] errors) {
    try (Scope scratch = request.scope().device().openScope()) {
      ErrorMetric metric = ErrorMetric.outputs(moments(slot));
      Matrix w = Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch);
      double[] own = part.squaredErrors(w, metric);
      for (int r = 0; r < own.length; r++) {
        errors[r] += weight * own[r];
      }
      return metric.squared(w, scratch);
    }
  }

  /** Some rows of a stacked matrix's projection. */
  private static OutputProjection part(OutputProjection all, int from, int to) {
    return all.rows(from, to);
  }

  private Moments moments(LinearSlot slot) {
    return statistics.moments(slot);
  }

  /** The stacked matrix on the pooled inputs; of one input they are those of each matrix. */
  private OutputProjection project(BasisGroup group, int rank, boolean whole, Scope scope) {
    try (Scope scratch = scope.device().openScope()) {
      SecondMoment metric = new SecondMoment(pooled(group, scratch));
      Target target = new Target(group.stacked(scratch), rank, whole);
      return (OutputProjection)
          OutputProjection.decompose(
                  new DecompositionRequest(List.of(target), request.options(), statistics, scope),
                  slot -> metric)
              .get(0);
    }
  }

  private Moments pooled(BasisGroup group, Scope scratch) {
    Moments first = moments(group.first());
    if (horizontal || !group.shares()) {
      return first;
    }
    Matrix gram = Matrices.toDouble(first.gram(), scratch);
    long tokens = first.tokens();
    for (LinearSlot slot : group.slots().subList(1, group.slots().size())) {
      scratch.device().gradients().addScaled(1, moments(slot).gram(), gram);
      tokens += moments(slot).tokens();
    }
    return new Moments(tokens, gram, null, null);
  }

  private void keep(BasisGroup group, OperatingPoints offer, int point) {
    String note =
        point == offer.count()
            ? "kept dense: the budget allows the matrix as it is"
            : "kept dense: "
                + offer.get(point).label()
                + " would store no fewer numbers than the matrices that share a basis";
    group.slots().forEach(slot -> reports.put(slot.name(), replacement.keep(slot, note)));
  }

  private void replace(BasisGroup group, int rank, OutputProjection known) {
    long start = System.nanoTime();
    try (Scope scratch = request.scope().device().openScope()) {
      OutputProjection projection = known == null ? project(group, rank, false, scratch) : known;
      if (!group.shares()) {
        OutputProjection.Cut cut = projection.cut(rank, scratch);
        place(group.first(), new LowRankLinear(cut.factors(), null), cut.diagnostics(), start);
        return;
      }
      LowRankFactors cut = projection.cut(rank, scratch).factors();
      SharedFactors factors = fit(group, cut, scratch);
      Basis basis = new Basis(group.first().name(), factors.down(), scratch);
      Diagnostics diagnostics =
          new Diagnostics(SvdAlgorithm.GRAM.label(), Double.NaN, Double.NaN, 0, note(group));
      for (int i = 0; i < group.slots().size(); i++) {
        Linear map = new SharedLinear(basis, factors.ups().get(i), null, i == 0);
        place(group.slots().get(i), map, diagnostics, start);
        start = System.nanoTime();
      }
    }
  }

  private static String note(BasisGroup group) {
    return "shares the basis of "
        + group.slots().size()
        + " matrices, stored with "
        + group.first().name();
  }

  private SharedFactors fit(BasisGroup group, LowRankFactors cut, Scope scratch) {
    List<Matrix> ups = new ArrayList<>();
    int row = 0;
    for (LinearSlot slot : group.slots()) {
      int end = row + slot.linear().outputs();
      ups.add(Matrices.toDouble(cut.up().columns(row, end), scratch));
      row = end;
    }
    SharedFactors pooled = new SharedFactors(cut.down(), ups);
    String fit = request.options().text(BasisSharingCompressor.FIT);
    if (fit.equals(BasisSharingCompressor.POOLED)) {
      return pooled;
    }
    List<Matrix> matrices = new ArrayList<>();
    for (LinearSlot slot : group.slots()) {
      matrices.add(Matrices.toDouble(SlotMatrix.of(slot, scratch), scratch));
    }
    List<Matrix> grams = group.slots().stream().map(slot -> moments(slot).gram()).toList();
    int sweeps = fit.equals(BasisSharingCompressor.ALS) ? AlternatingFit.SWEEPS : 0;
    return new AlternatingFit(matrices, grams, scratch).improve(pooled, sweeps);
  }

  private void place(LinearSlot slot, Linear map, Diagnostics diagnostics, long start) {
    Linear placed = Replacement.place(slot, map, null, request.scope());
    replacements.put(slot.name(), placed);
    reports.put(slot.name(), replacement.report(slot, placed, diagnostics, start));
  }

  private Map<String, String> parameters() {
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    if (horizontal) {
      // They say nothing then.
      parameters.keySet().retainAll(List.of(BasisSharingCompressor.SHARE));
    }
    parameters.putAll(request.allocation().parameters());
    parameters.put("examples", Integer.toString(request.statistics().examples()));
    return parameters;
  }
}
