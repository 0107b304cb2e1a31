package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.calibrate.ActivationMoments;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.FactorizationCache;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One call of a {@link MatrixMethod}: points are chosen for all matrices, then one matrix after the
 * other is replaced, block by block where what is before a block counts.
 */
public final class MatrixWalk {
  private final MatrixMethod method;
  private final CompressionRequest request;
  private final boolean sequential;
  private final Points points;
  private final Replacement replacement;
  private final Map<String, Linear> replacements = new HashMap<>();
  private final Map<String, LayerReport> reports = new HashMap<>();

  private Refinement refinement;
  private double tolerance = 1;

  /** Finds points by the loss; null where the budget says them. */
  private PointSearch search;

  /** A walk over the matrices of a request. */
  public MatrixWalk(MatrixMethod method, CompressionRequest asked) {
    this.method = method;
    this.request = asked.over(MatrixMethod.tokens(asked.options()));
    this.sequential = MatrixMethod.isSequential(request.options());
    this.points = new Points(method, request, this::stand);
    this.replacement = new Replacement(request);
  }

  /**
   * What takes the place of a matrix is refined. Blocks are then compressed one after the other,
   * also where they were factorized by the dense model's statistics.
   */
  public MatrixWalk refinedBy(Refinement by) {
    this.refinement = by;
    return this;
  }

  /**
   * The budget's points are the deepest that are tried, and matrices get the cheapest with which
   * the loss on held-out training examples does not grow by more than their share.
   *
   * @param factor by which it may grow in all, at least 1; 1 searches for nothing
   */
  public MatrixWalk toleratingGrowth(double factor) {
    this.tolerance = factor;
    return this;
  }

  /** Goes. */
  public Compression run() {
    List<Target> targets =
        points.choose((slot, note) -> reports.put(slot.name(), replacement.keep(slot, note)));
    if (tolerance > 1 && !targets.isEmpty()) {
      search = points.search(targets, tolerance);
      targets = targets.stream().map(search::dearest).toList();
    }
    if (sequential || refinement != null) {
      targets.stream()
          .collect(
              Collectors.groupingBy(
                  target -> target.slot().layer(), TreeMap::new, Collectors.toList()))
          .values()
          .forEach(this::replaceBlock);
    } else {
      for (List<Target> part : FactorizationCache.parts(targets)) {
        replace(part, points.factorize(part), staticStatistics());
      }
    }
    List<LayerReport> layers =
        request.slots().stream().map(slot -> reports.get(slot.name())).toList();
    return new Compression(Map.copyOf(replacements), layers, points.parameters());
  }

  private SlotStatistics staticStatistics() {
    return new SlotStatistics(request.statistics(), null);
  }

  /** What would stand in a slot by the dense model's statistics. */
  private Linear stand(LinearSlot slot, Factorization factorization, int point, Scope owner) {
    return stand(slot, factorization.fit(point, owner), staticStatistics(), owner, owner);
  }

  /** The loss on held-out training examples with one more matrix cut. */
  private double loss(
      Map<String, Linear> others,
      LinearSlot slot,
      Factorization factorization,
      int point,
      SlotStatistics statistics) {
    return points.loss(
        others,
        slot,
        scratch -> stand(slot, factorization.fit(point, scratch), statistics, scratch, scratch));
  }

  /** What stands in a slot with this fit. */
  private Linear stand(
      LinearSlot slot, Fit fit, SlotStatistics statistics, Scope scratch, Scope owner) {
    Linear map =
        refinement == null
            ? fit.map()
            : refinement.refine(slot, fit.map(), statistics.moments(slot), scratch);
    boolean compensates = MatrixMethod.compensates(request.options());
    return Replacement.place(
        slot, map, compensates ? statistics.moments(slot).mean() : null, owner);
  }

  /** Replaces a block's matrices, with moments of the model in which the blocks before are. */
  private void replaceBlock(List<Target> targets) {
    Set<String> names =
        targets.stream().map(target -> target.slot().name()).collect(Collectors.toSet());
    try (Model model = request.model().with(replacements);
        ActivationMoments moments = request.statistics().momentsIn(model, names);
        Scope scratch = request.scope().device().openScope()) {
      SlotStatistics statistics = new SlotStatistics(request.statistics(), moments);
      List<? extends Factorization> factorizations =
          sequential
              ? method.factorize(
                  new FactorRequest(
                      targets.stream().map(Target::withoutErrors).toList(),
                      request.options(),
                      statistics,
                      scratch))
              : points.factorize(targets);
      replace(targets, factorizations, statistics);
    }
  }

  private void replace(
      List<Target> targets,
      List<? extends Factorization> factorizations,
      SlotStatistics statistics) {
    for (int i = 0; i < targets.size(); i++) {
      LinearSlot slot = targets.get(i).slot();
      Factorization factorization = factorizations.get(i);
      long start = System.nanoTime();
      OptionalInt point =
          search == null
              ? OptionalInt.of(targets.get(i).point())
              : find(slot, factorization, statistics);
      if (point.isEmpty()) {
        reports.put(
            slot.name(), replacement.keep(slot, "kept dense: the loss would grow too much"));
        continue;
      }
      try (Scope scratch = request.scope().device().openScope()) {
        Fit fit = factorization.fit(point.getAsInt(), scratch);
        Linear map = stand(slot, fit, statistics, scratch, request.scope());
        replacements.put(slot.name(), map);
        reports.put(slot.name(), replacement.report(slot, map, fit.diagnostics(), start));
      }
    }
  }

  private OptionalInt find(
      LinearSlot slot, Factorization factorization, SlotStatistics statistics) {
    request
        .progress()
        .accept("tried " + reports.size() + " of " + request.slots().size() + " matrices");
    return search.next(slot, point -> loss(replacements, slot, factorization, point, statistics));
  }
}
