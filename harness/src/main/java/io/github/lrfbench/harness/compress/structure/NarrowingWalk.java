package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.compress.allocate.Allocation;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.allocate.Evidence;
import io.github.lrfbench.harness.compress.allocate.MeasuredCost;
import io.github.lrfbench.harness.compress.allocate.MeasuredCost.Shape;
import io.github.lrfbench.harness.compress.allocate.MeasuredCost.Table;
import io.github.lrfbench.harness.compress.allocate.PointChoice;
import io.github.lrfbench.harness.compress.allocate.ProductTimes;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch;
import io.github.lrfbench.harness.compress.allocate.TruncationRankSearch.Probe;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.LayerReport.Storage;
import io.github.lrfbench.harness.compress.structure.Narrowing.Narrow;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** One call of a {@link NarrowingMethod}: widths are chosen, then one pair after the other made. */
final class NarrowingWalk {
  private final NarrowingMethod method;
  private final CompressionRequest request;
  private final List<Pair> pairs;
  private final List<Narrowing> narrowings;
  private final Replacement replacement;
  private final Map<String, Linear> replacements = new HashMap<>();
  private final Map<String, LayerReport> reports = new HashMap<>();

  NarrowingWalk(NarrowingMethod method, CompressionRequest request, List<Pair> pairs) {
    this.method = method;
    this.request = request;
    this.pairs = pairs;
    this.narrowings = pairs.stream().map(pair -> method.narrowing(pair, request)).toList();
    this.replacement = new Replacement(request);
  }

  Compression run() {
    List<OperatingPoints> offers = offers();
    int[] chosen = choose(offers);
    for (int i = 0; i < chosen.length; i++) {
      OperatingPoints offer = offers.get(i);
      Pair pair = pairs.get(i);
      if (chosen[i] == offer.count() || offer.savesNothing(chosen[i])) {
        String note = "kept: all of " + narrowings.get(i).label(narrowings.get(i).most());
        reports.put(pair.first().name(), replacement.keep(pair.first(), note));
        reports.put(pair.second().name(), replacement.keep(pair.second(), note));
      } else {
        replace(pair, narrowings.get(i), kept(narrowings.get(i), offer, chosen[i]));
      }
    }
    List<LayerReport> layers =
        request.slots().stream()
            .map(slot -> reports.get(slot.name()))
            .filter(Objects::nonNull)
            .toList();
    return new Compression(Map.copyOf(replacements), layers, parameters());
  }

  private static int kept(Narrowing narrowing, OperatingPoints offer, int point) {
    return offer.get(point).rank() / narrowing.elements();
  }

  /** The points of all pairs, with errors where the budget or the allocation asks for them. */
  private List<OperatingPoints> offers() {
    boolean errors = request.budget().needsErrors() || request.allocation().policy().needsSpectra();
    List<OperatingPoints> offers = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      Narrowing narrowing = narrowings.get(i);
      OperatingPoints points =
          narrowing.points(pairs.get(i).numbersPerElement(), request.allocation().multiple());
      if (errors) {
        double[] own = narrowing.squaredErrors();
        points = known(points, narrowing, own, own[0], 1);
      }
      offers.add(points);
    }
    return offers;
  }

  private static OperatingPoints known(
      OperatingPoints points, Narrowing narrowing, double[] errors, double energy, double divisor) {
    return points.withErrors(
        energy / divisor,
        IntStream.range(0, points.count())
            .mapToDouble(point -> errors[kept(narrowing, points, point)] / divisor)
            .toArray());
  }

  /** Multiples are of what is kept, and seen to by the points. */
  private int[] choose(List<OperatingPoints> offers) {
    Policy policy = request.allocation().policy();
    Evidence evidence =
        new Evidence() {
          @Override
          public Map<String, Double> sensitivities() {
            return request.statistics().gradients().sensitivities();
          }

          @Override
          public List<OperatingPoints> outputs() {
            return measured(offers, true);
          }

          @Override
          public List<OperatingPoints> energies() {
            return measured(offers, false);
          }

          @Override
          public List<Probe> probes() {
            return NarrowingWalk.this.probes(offers);
          }

          @Override
          public MeasuredCost times() {
            return request.cache().find(timesKey(), () -> NarrowingWalk.this.times(offers));
          }
        };
    return new PointChoice(new Allocation(policy, 1), request.budget(), evidence)
        .choose(pairs.stream().map(Pair::second).toList(), offers);
  }

  /** The points with the errors of outputs, whose energy is with their mean. */
  private List<OperatingPoints> measured(List<OperatingPoints> offers, boolean perToken) {
    List<OperatingPoints> measured = new ArrayList<>();
    for (int i = 0; i < offers.size(); i++) {
      LinearSlot second = pairs.get(i).second();
      double norm = replacement.keep(second, "").outputNorm();
      long tokens = perToken ? moments(second).tokens() : 1;
      Narrowing narrowing = narrowings.get(i);
      double[] errors = narrowing.outputErrors();
      measured.add(known(offers.get(i), narrowing, errors, norm * norm, tokens));
    }
    return measured;
  }

  /** What measured times depend on beside the model. */
  private Object timesKey() {
    return List.of(
        "times of pairs",
        method.info().name(),
        request.options(),
        request.statistics(),
        request.allocation().multiple(),
        pairs.stream().map(pair -> pair.second().name()).toList());
  }

  /** Pairs of one shape take the same. */
  private MeasuredCost times(List<OperatingPoints> offers) {
    Map<Shape, Table> tables = new HashMap<>();
    for (int i = 0; i < pairs.size(); i++) {
      OperatingPoints offer = offers.get(i);
      Narrowing narrowing = narrowings.get(i);
      Pair pair = pairs.get(i);
      tables.computeIfAbsent(
          new Shape(offer.rows(), offer.cols()),
          missing ->
              ProductTimes.ofTwo(
                  request.scope().device(),
                  List.of(pair.first().linear(), pair.second().linear()),
                  offer.saving(),
                  (point, scope) -> {
                    Narrow narrow = narrowing.fit(kept(narrowing, offer, point), scope);
                    return List.of(narrow.first(), narrow.second());
                  }));
    }
    return new MeasuredCost(tables);
  }

  /** The loss on held-out training examples with every single pair cut to several ratios. */
  private List<Probe> probes(List<OperatingPoints> offers) {
    List<Probe> probes = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      request.progress().accept("tried " + i + " of " + pairs.size() + " pairs of matrices");
      OperatingPoints offer = offers.get(i);
      int dearest = Math.max(0, offer.saving() - 1);
      for (double ratio : TruncationRankSearch.RATIOS) {
        int point = Math.min(TruncationRankSearch.point(offer, ratio), dearest);
        int kept = kept(narrowings.get(i), offer, point);
        probes.add(new Probe(pairs.get(i).second().name(), ratio, loss(pairs.get(i), i, kept)));
      }
    }
    return probes;
  }

  private double loss(Pair pair, int index, int kept) {
    try (Scope scratch = request.scope().device().openScope()) {
      Map<String, Linear> made = make(pair, narrowings.get(index).fit(kept, scratch), scratch);
      try (Model model = request.model().with(made)) {
        return ExampleLosses.mean(model, request.statistics().heldOut(Compressor.HELD_OUT));
      }
    }
  }

  private Moments moments(LinearSlot slot) {
    return request.statistics().moments().of(slot.name());
  }

  /** What stands in the two slots. */
  private Map<String, Linear> make(Pair pair, Narrow narrow, Scope owner) {
    Linear second = narrow.second();
    if (NarrowingMethod.compensates(request.options())) {
      Matrix difference = difference(pair, narrow, owner);
      double[] mean = moments(pair.second()).mean();
      second =
          second.withBias(Replacement.compensated(pair.second().linear(), difference, mean, owner));
    }
    return Map.of(pair.first().name(), narrow.first(), pair.second().name(), second);
  }

  private static Matrix difference(Pair pair, Narrow narrow, Scope scope) {
    Matrix difference = Pair.matrix(pair.second(), scope);
    scope.device().gradients().addScaled(-1, narrow.product(), difference);
    return difference;
  }

  private void replace(Pair pair, Narrowing narrowing, int kept) {
    long start = System.nanoTime();
    try (Scope scratch = request.scope().device().openScope()) {
      Narrow narrow = narrowing.fit(kept, scratch);
      Map<String, Linear> made = make(pair, narrow, scratch);
      made.forEach((name, linear) -> replacements.put(name, linear.copyTo(request.scope())));
      double error =
          Replacement.outputError(
              pair.second().linear(),
              made.get(pair.second().name()),
              difference(pair, narrow, scratch),
              moments(pair.second()),
              scratch);
      double norm = replacement.keep(pair.second(), "").outputNorm();
      for (LinearSlot slot : List.of(pair.first(), pair.second())) {
        reports.put(slot.name(), report(slot, narrowing, kept, norm, error, start));
      }
    }
  }

  /** A part of a width has no distance to the weights; what is measured are the pair's outputs. */
  private LayerReport report(
      LinearSlot slot, Narrowing narrowing, int kept, double norm, double error, long start) {
    Linear dense = slot.linear();
    Linear now = replacements.get(slot.name());
    return new LayerReport(
        slot.name(),
        dense.outputs(),
        dense.inputs(),
        kept * narrowing.elements(),
        dense.parameters(),
        now.parameters(),
        replacement.keep(slot, "").norm(),
        Double.NaN,
        norm,
        error,
        new Diagnostics("", error, Double.NaN, narrowing.ridge(), narrowing.label(kept)),
        (System.nanoTime() - start) / 1e9,
        Storage.of(dense),
        Storage.of(now),
        narrowing.label(kept));
  }

  private Map<String, String> parameters() {
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    parameters.putAll(request.allocation().parameters());
    parameters.put("examples", Integer.toString(request.statistics().examples()));
    return parameters;
  }
}
