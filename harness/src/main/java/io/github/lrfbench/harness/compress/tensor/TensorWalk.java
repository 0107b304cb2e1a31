package io.github.lrfbench.harness.compress.tensor;

import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.allocate.Allocation.Policy;
import io.github.lrfbench.harness.compress.allocate.Evidence;
import io.github.lrfbench.harness.compress.allocate.PointChoice;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One call of a {@link TensorMethod}: points are chosen for all stacks, then each is replaced. */
final class TensorWalk {
  private final TensorMethod method;
  private final CompressionRequest request;
  private final List<SlotStack> stacks;
  private final Replacement replacement;
  private final Map<String, Linear> replacements = new HashMap<>();
  private final Map<String, LayerReport> reports = new HashMap<>();

  TensorWalk(TensorMethod method, CompressionRequest request, List<SlotStack> stacks) {
    this.method = method;
    this.request = request;
    this.stacks = stacks;
    this.replacement = new Replacement(request);
  }

  Compression run() {
    boolean alone = request.allocation().policy() == Policy.UNIFORM;
    int[] chosen = alone ? null : choose(stacks, stacks.stream().map(this::points).toList());
    for (int i = 0; i < stacks.size(); i++) {
      SlotStack stack = stacks.get(i);
      request.progress().accept("decomposed " + i + " of " + stacks.size() + " tensors");
      long start = System.nanoTime();
      try (Scope scratch = request.scope().device().openScope()) {
        StackFactorization made = decompose(stack, scratch);
        int point = alone ? choose(List.of(stack), List.of(made.points()))[0] : chosen[i];
        replace(stack, made, point, start, scratch);
      }
    }
    List<LayerReport> layers =
        request.slots().stream().map(slot -> reports.get(slot.name())).toList();
    return new Compression(Map.copyOf(replacements), layers, parameters());
  }

  private StackFactorization decompose(SlotStack stack, Scope scratch) {
    if (!stack.isMatrix()) {
      return method.decompose(stack, request, scratch);
    }
    boolean errors =
        request.budget().needsErrors() || request.allocation().policy() != Policy.UNIFORM;
    return method.alone(stack, request, errors);
  }

  private OperatingPoints points(SlotStack stack) {
    try (Scope scratch = request.scope().device().openScope()) {
      return decompose(stack, scratch).points();
    }
  }

  private int[] choose(List<SlotStack> of, List<OperatingPoints> offers) {
    return new PointChoice(request.allocation(), request.budget(), new Evidence() {})
        .choose(of.stream().map(SlotStack::first).toList(), offers);
  }

  private void replace(
      SlotStack stack, StackFactorization made, int point, long start, Scope scratch) {
    OperatingPoints offer = made.points();
    if (point == offer.count() || offer.savesNothing(point)) {
      String note =
          point == offer.count()
              ? "kept dense: the budget allows the matrix as it is"
              : "kept dense: " + offer.get(point).label() + " would store no fewer numbers";
      for (SlotStack.Part part : stack.parts()) {
        reports.put(part.slot().name(), replacement.keep(part.slot(), note));
      }
      return;
    }
    List<Fit> fits = made.fit(point, scratch);
    List<LinearSlot> slots = new ArrayList<>();
    stack.parts().forEach(part -> slots.add(part.slot()));
    long from = start;
    for (int i = 0; i < slots.size(); i++) {
      LinearSlot slot = slots.get(i);
      Linear map = Replacement.place(slot, fits.get(i).map(), null, request.scope());
      replacements.put(slot.name(), map);
      reports.put(slot.name(), replacement.report(slot, map, fits.get(i).diagnostics(), from));
      from = System.nanoTime();
    }
  }

  private Map<String, String> parameters() {
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    parameters.putAll(request.allocation().parameters());
    return parameters;
  }
}
