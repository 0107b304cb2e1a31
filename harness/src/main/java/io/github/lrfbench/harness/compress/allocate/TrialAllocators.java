package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.allocate.Lems.Anchor;
import io.github.lrfbench.harness.compress.allocate.ModelTrials.Divergences;
import io.github.lrfbench.harness.compress.allocate.Searched.Trial;
import io.github.lrfbench.harness.model.LinearSlot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The allocators that try models, by the options of their policies.
 *
 * @param allocation the policy and its options
 * @param slots the matrices
 * @param points that they offer
 * @param part which part of the whole cost the budget is
 * @param evidence what the model may be asked for
 */
record TrialAllocators(
    Allocation allocation,
    List<LinearSlot> slots,
    List<OperatingPoints> points,
    double part,
    Evidence evidence) {
  /** What matrices are cut to alone, and those that are then worth no more than a constant. */
  private static final double REFERENCE = 0.1;

  private static final double SHALLOW_REFERENCE = 0.2;

  /** The largest settings that are tried. */
  private static final double MOST_ALPHA = 3;

  private static final double MOST_GAMMA = 7;

  Allocator lems() {
    List<Anchor> anchors = allocation.option("kl").equals("equal") ? equalAnchors() : anchors();
    double floor =
        allocation.option("floor").equals("auto") ? Double.NaN : allocation.number("floor");
    int tune = (int) allocation.number("tune");
    List<Trial> trials = new ArrayList<>();
    for (int i = 0; i <= tune; i++) {
      // What is asked for first, then points that fill the range evenly (Halton 1960).
      double alpha = i == 0 ? allocation.number("alpha") : MOST_ALPHA * radicalInverse(i, 2);
      double gamma = i == 0 ? allocation.number("gamma") : MOST_GAMMA * radicalInverse(i, 3);
      double[] ofBlocks = Lems.bias(evidence.blocks(), alpha, gamma);
      double[] bias =
          slots.stream()
              .mapToDouble(slot -> ofBlocks[Math.min(slot.layer(), ofBlocks.length - 1)])
              .toArray();
      trials.add(new Trial(Map.of("alpha", alpha, "gamma", gamma), new Lems(anchors, bias, floor)));
    }
    return tune == 0
        ? trials.get(0).allocator()
        : new Searched(trials, evidence.trials()::divergence, evidence::note);
  }

  /** The digits of a number in a base, mirrored behind the point. */
  static double radicalInverse(int number, int base) {
    double inverse = 0;
    double digit = 1.0 / base;
    for (int rest = number; rest > 0; rest /= base) {
      inverse += digit * (rest % base);
      digit /= base;
    }
    return inverse;
  }

  private int[] references(double ratio) {
    return points.stream()
        .mapToInt(
            of -> Math.min(TruncationRankSearch.point(of, ratio), Math.max(0, of.saving() - 1)))
        .toArray();
  }

  private List<Anchor> equalAnchors() {
    return Arrays.stream(references(REFERENCE)).mapToObj(point -> new Anchor(point, 1)).toList();
  }

  private List<Anchor> anchors() {
    int[] references = references(REFERENCE);
    Divergences alone = evidence.trials().alone(references);
    note("kl_sum", Arrays.stream(alone.ofEach()).sum());
    note("kl_together", evidence.trials().divergence(references));
    List<Anchor> anchors = new ArrayList<>();
    for (int i = 0; i < references.length; i++) {
      anchors.add(new Anchor(references[i], alone.ofEach()[i]));
    }
    List<Integer> saturated = alone.saturated();
    if (!saturated.isEmpty()) {
      int[] shallow = references(SHALLOW_REFERENCE);
      int[] tried = points.stream().mapToInt(OperatingPoints::count).toArray();
      saturated.forEach(i -> tried[i] = shallow[i]);
      double[] again = evidence.trials().alone(tried).ofEach();
      saturated.forEach(i -> anchors.set(i, new Anchor(shallow[i], again[i])));
      evidence.note("saturated", Integer.toString(saturated.size()));
    }
    return List.copyOf(anchors);
  }

  private void note(String name, double value) {
    evidence.note(name, String.format(Locale.ROOT, "%.4g", value));
  }

  Allocator swiftRatios() {
    double delta = allocation.number("delta");
    if (points.get(0).get(0).rank() > 0) {
      List<String> types = slots.stream().map(LinearSlot::role).toList();
      evidence.note("effective_rank", EffectiveRank.byType(types, points));
    }
    if (!allocation.isSearched("alpha")) {
      double alpha = allocation.number("alpha");
      return new SwiftRatios(alpha, delta, alpha > 0 ? influence() : new double[slots.size()]);
    }
    double[] influence = influence();
    List<Trial> trials = new ArrayList<>();
    for (int i = 0; i < SwiftRatios.TRIED; i++) {
      double alpha = i / (SwiftRatios.TRIED - 1.0);
      trials.add(new Trial(Map.of("alpha", alpha), new SwiftRatios(alpha, delta, influence)));
    }
    return new Searched(trials, evidence.trials()::loss, evidence::note);
  }

  /** Of the matrices' blocks; of a head that of the last. */
  private double[] influence() {
    double[] ofBlocks = evidence.influence();
    return slots.stream()
        .mapToDouble(slot -> ofBlocks[Math.min(slot.layer(), ofBlocks.length - 1)])
        .toArray();
  }

  Allocator depthRatios() {
    double last = Math.max(1, evidence.blocks() - 1);
    double[] depths =
        slots.stream().mapToDouble(slot -> Math.min(1, slot.layer() / last)).toArray();
    if (!allocation.isSearched("beta")) {
      return new DepthRatios(allocation.number("beta"), depths);
    }
    List<Trial> trials = new ArrayList<>();
    for (double beta : DepthRatios.tried(part)) {
      trials.add(new Trial(Map.of("beta", beta), new DepthRatios(beta, depths)));
    }
    return new Searched(trials, evidence.trials()::loss, evidence::note);
  }
}
