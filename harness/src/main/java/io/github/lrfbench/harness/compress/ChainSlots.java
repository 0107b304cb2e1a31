package io.github.lrfbench.harness.compress;

import io.github.lrfbench.harness.compress.ChainRun.Step;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MatrixErrors;
import io.github.lrfbench.harness.linear.Copies;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.Sharer;
import io.github.lrfbench.harness.linear.Sum;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a step of a chain works on: slots of the model that stands, what the stage before left over
 * of them, or the parts that their forms are made of.
 *
 * @param slots that the method is given
 * @param parts by the slots of the model those that the method is given for them; empty where they
 *     are the same
 * @param residual whether what the method makes is added to what stands
 */
record ChainSlots(
    List<LinearSlot> slots, Map<LinearSlot, List<LinearSlot>> parts, boolean residual) {
  /** The slots of a step. */
  static ChainSlots of(Step step, List<LinearSlot> requested, ChainRun run, Scope scope) {
    Map<String, LinearSlot> present = byName(run.standing());
    List<LinearSlot> all = requested.stream().map(slot -> present.get(slot.name())).toList();
    if (step.stage().residual()) {
      return residual(all.stream().filter(run::isFormed).toList(), run, scope);
    }
    return switch (step.method().compressor().takes()) {
      case ALL, HEAD -> new ChainSlots(all, Map.of(), false);
      case WHOLE -> new ChainSlots(all.stream().filter(run::isWhole).toList(), Map.of(), false);
      case LEAVES -> leaves(all);
      case TABLES ->
          new ChainSlots(
              run.standing().tables().stream().filter(run::isWhole).toList(), Map.of(), false);
    };
  }

  private static Map<String, LinearSlot> byName(Model model) {
    Map<String, LinearSlot> byName = new HashMap<>();
    model.slots().forEach(slot -> byName.put(slot.name(), slot));
    return byName;
  }

  /** W − Ŵ in the places of matrices that stages before have given a form. */
  private static ChainSlots residual(List<LinearSlot> formed, ChainRun run, Scope scope) {
    Map<String, LinearSlot> before = byName(run.unformed());
    Map<LinearSlot, List<LinearSlot>> parts = new LinkedHashMap<>();
    List<LinearSlot> slots = new ArrayList<>();
    for (LinearSlot slot : formed) {
      if (slot.linear() instanceof Sharer own && isShared(own, run.standing())) {
        throw new InputException(
            slot.name()
                + " shares a basis with other matrices, and can be no part of a sum; put no '++'"
                + " after what made it");
      }
      if (!MatrixErrors.areComparable(before.get(slot.name()), slot.linear())) {
        throw new InputException(
            "'++' stores what is left over of matrices, and of "
                + slot.name()
                + " nothing is: its width or its coordinates are others now");
      }
      try (Scope scratch = scope.device().openScope()) {
        Matrix difference =
            MatrixErrors.difference(before.get(slot.name()), slot.linear(), scratch);
        Matrix weight = Matrix.of(scope.allocate(DType.F32, difference.cols(), difference.rows()));
        scope.device().blas().transpose(difference, weight);
        // With the bias that W had: what earlier stages made up for by theirs is there again.
        Tensor bias = before.get(slot.name()).linear().bias();
        DenseLinear left = new DenseLinear(weight, Copies.of(bias, scope));
        LinearSlot rest = new LinearSlot(slot.name(), slot.layer(), slot.role(), left);
        slots.add(rest);
        parts.put(slot, List.of(rest));
      }
    }
    return new ChainSlots(slots, parts, true);
  }

  /** Whether another map of a model has the basis of one. */
  private static boolean isShared(Sharer own, Model model) {
    return model.slots().stream()
            .filter(
                slot ->
                    slot.linear().base() instanceof Sharer other && other.basis() == own.basis())
            .count()
        > 1;
  }

  private static ChainSlots leaves(List<LinearSlot> all) {
    Map<LinearSlot, List<LinearSlot>> parts = new LinkedHashMap<>();
    List<LinearSlot> slots = new ArrayList<>();
    for (LinearSlot slot : all) {
      List<LinearSlot> leaves = new ArrayList<>();
      slot.linear()
          .mapLeaves(
              leaf -> {
                String name = slot.name() + (leaf == slot.linear() ? "" : "." + leaves.size());
                leaves.add(new LinearSlot(name, slot.layer(), slot.role(), leaf));
                return leaf;
              });
      // Of a form that is made of no dense or sparse map nothing is left to do.
      if (!leaves.isEmpty()) {
        slots.addAll(leaves);
        parts.put(slot, leaves);
      }
    }
    return new ChainSlots(slots, parts, false);
  }

  /** Whether any of the slots is a part of one of the model's, and no slot of the model itself. */
  boolean areParts() {
    return !residual
        && parts.entrySet().stream().anyMatch(own -> !own.getValue().equals(List.of(own.getKey())));
  }

  /** What a method made of these slots, as replacements of the model's. */
  Compression assemble(Compression made, CompressionRequest request) {
    if (parts.isEmpty()) {
      return made;
    }
    Map<String, LayerReport> reports = new HashMap<>();
    made.layers().forEach(layer -> reports.put(layer.layer(), layer));
    Map<String, Linear> replacements = new HashMap<>();
    List<LayerReport> layers = new ArrayList<>();
    Replacement replacement = new Replacement(request);
    parts.forEach(
        (slot, own) -> {
          long start = System.nanoTime();
          if (own.isEmpty()) {
            String form = slot.linear().form();
            layers.add(replacement.keep(slot, "kept as it is: no part of " + form + " is dense"));
            return;
          }
          LayerReport first = reports.get(own.get(0).name());
          if (own.stream().noneMatch(part -> made.replacements().containsKey(part.name()))) {
            layers.add(replacement.keep(slot, first.diagnostics().note()));
            return;
          }
          Linear map = assemble(slot, own, made.replacements(), request.scope());
          replacements.put(slot.name(), map);
          double seconds =
              own.stream().mapToDouble(part -> reports.get(part.name()).seconds()).sum();
          layers.add(
              replacement.report(
                  slot, map, first.diagnostics(), start - Math.round(seconds * 1e9)));
        });
    return new Compression(Map.copyOf(replacements), layers, made.parameters());
  }

  /** What stands belongs to a model of the chain's, and is copied. */
  private Linear assemble(
      LinearSlot slot, List<LinearSlot> own, Map<String, Linear> made, Scope owner) {
    if (residual) {
      Linear second = made.get(slot.name());
      return new Sum(slot.linear().copyTo(owner).withBias(second.bias()), second.withBias(null));
    }
    int[] next = {0};
    return slot.linear()
        .mapLeaves(
            leaf -> {
              Linear now = made.get(own.get(next[0]++).name());
              return now == null ? leaf.copyTo(owner) : now;
            });
  }
}
