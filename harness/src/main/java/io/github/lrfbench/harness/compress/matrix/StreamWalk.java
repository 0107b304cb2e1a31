package io.github.lrfbench.harness.compress.matrix;

import io.github.lrfbench.harness.calibrate.CrossMoments;
import io.github.lrfbench.harness.calibrate.TwoStreams;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.FactorRequest;
import io.github.lrfbench.harness.compress.spi.FactorRequest.Target;
import io.github.lrfbench.harness.compress.spi.Factorization;
import io.github.lrfbench.harness.compress.spi.Factorization.Fit;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.train.BlockTraining;
import io.github.lrfbench.kernels.Scope;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One call of a {@link MatrixMethod} that looks at two models: points are chosen by the dense
 * model's statistics, then the matrices of one input after the other are replaced, with moments of
 * that input in the dense model and in the model that is compressed so far, those before it in the
 * same block included.
 */
public final class StreamWalk {
  private final MatrixMethod method;
  private final CompressionRequest request;
  private final Points points;
  private final Replacement replacement;
  private final Map<String, LinearSlot> slots = new LinkedHashMap<>();
  private final Map<String, Target> targets = new HashMap<>();
  private final Map<String, String> keptNotes = new HashMap<>();
  private final Map<String, Linear> replacements = new HashMap<>();
  private final Map<String, LayerReport> reports = new HashMap<>();
  private Reanchoring reanchoring;
  private BlockTraining.Settings refinement;

  /** Gives matrices that stay dense other weights, for the inputs that they will have. */
  @FunctionalInterface
  public interface Reanchoring {
    /**
     * What takes the place of a matrix.
     *
     * @param slot holds W
     * @param moments of its input
     * @param scope owns what is made
     * @return a dense map without a bias; its numbers may be in double precision
     */
    Linear reanchor(LinearSlot slot, CrossMoments moments, Scope scope);
  }

  /** A walk over the matrices of a request. */
  public StreamWalk(MatrixMethod method, CompressionRequest request) {
    request.model().requireOwnBlocks(method.info().name() + " goes block by block");
    this.method = method;
    this.request = request;
    this.points = new Points(method, request, this::stand);
    this.replacement = new Replacement(request);
    request.slots().forEach(slot -> slots.put(slot.name(), slot));
  }

  /** Matrices that stay dense behind replaced ones get other weights too. */
  public StreamWalk reanchoring(Reanchoring by) {
    this.reanchoring = by;
    return this;
  }

  /** Blocks of which a matrix was replaced are trained before the next one is looked at. */
  public StreamWalk refining(BlockTraining.Settings settings) {
    this.refinement = settings;
    return this;
  }

  /** Goes. */
  public Compression run() {
    points
        .choose((slot, note) -> keptNotes.put(slot.name(), note))
        .forEach(target -> targets.put(target.slot().name(), target));
    keptNotes.forEach((slot, note) -> reports.put(slot, replacement.keep(slots.get(slot), note)));
    if (targets.isEmpty()) {
      return compression(null);
    }
    if (refinement == null) {
      walk(request.model());
      return compression(null);
    }
    try (Model own = request.model().copy()) {
      return compression(walk(own));
    }
  }

  /**
   * Walks.
   *
   * @param start the model, which owns its weights if they are to be trained
   * @return a copy of what was trained; null if nothing is
   */
  private Model walk(Model start) {
    try (TwoStreams streams = request.statistics().crossMomentsIn(request.reference(), start)) {
      int blocks = start.blocks().size();
      for (int block = 0; block <= blocks && isLeft(block); block++) {
        boolean replaced = false;
        List<List<LinearSlot>> inputs = streams.inputs();
        for (int input = 0; input < inputs.size(); input++) {
          replaced |= replace(inputs.get(input), input, streams);
        }
        if (replaced && refinement != null && block < blocks) {
          streams.advanceRefined(refinement);
          inputs.forEach(slotsOfOne -> slotsOfOne.forEach(slot -> report(slot.name(), streams)));
        } else if (block < blocks) {
          streams.advance();
        }
        if (block < blocks) {
          request.progress().accept("compressed " + (block + 1) + " of " + blocks + " blocks");
        }
      }
      return refinement == null ? null : streams.model().copy();
    }
  }

  /** Whether anything is to be done from a block on. */
  private boolean isLeft(int block) {
    return slots.values().stream()
        .filter(slot -> reanchoring != null || targets.containsKey(slot.name()))
        .anyMatch(slot -> slot.layer() >= block);
  }

  /** Replaces the matrices of an input; returns whether there was a point for any. */
  private boolean replace(List<LinearSlot> readers, int input, TwoStreams streams) {
    List<Target> chosen =
        readers.stream()
            .filter(slot -> targets.containsKey(slot.name()))
            .map(slot -> targets.get(slot.name()).withoutErrors())
            .toList();
    boolean drifted = !replacements.isEmpty();
    List<String> kept =
        readers.stream()
            .map(LinearSlot::name)
            .filter(name -> reanchoring != null && drifted && keptNotes.containsKey(name))
            .toList();
    if (chosen.isEmpty() && kept.isEmpty()) {
      return false;
    }
    Map<String, Linear> made = new HashMap<>();
    try (Scope scratch = request.scope().device().openScope()) {
      CrossMoments moments = streams.moments(input, scratch);
      List<? extends Factorization> factorizations =
          method.factorize(
              new FactorRequest(
                  chosen,
                  request.options(),
                  new SlotStatistics(request.statistics(), null, moments),
                  scratch));
      for (int i = 0; i < chosen.size(); i++) {
        long start = System.nanoTime();
        LinearSlot slot = chosen.get(i).slot();
        Fit fit = factorizations.get(i).fit(chosen.get(i).point(), scratch);
        Linear map = place(slot, fit.map(), moments);
        made.put(slot.name(), map);
        reports.put(slot.name(), replacement.report(slot, map, fit.diagnostics(), start));
      }
      for (String name : kept) {
        long start = System.nanoTime();
        LinearSlot slot = slots.get(name);
        Linear map = place(slot, reanchoring.reanchor(slot, moments, scratch), moments);
        made.put(name, map);
        reports.put(name, dense(slot, map, keptNotes.get(name) + "; other weights", start));
      }
    }
    replacements.putAll(made);
    streams.replace(made);
    return !chosen.isEmpty();
  }

  private Linear place(LinearSlot slot, Linear map, CrossMoments moments) {
    return MatrixMethod.compensates(request.options())
        ? Replacement.placeBehind(moments, slot, map, request.scope())
        : Replacement.place(slot, map, null, request.scope());
  }

  private LayerReport dense(LinearSlot slot, Linear map, String note, long start) {
    int rank = Math.min(map.outputs(), map.inputs());
    return replacement.report(slot, map, rank, Diagnostics.none(note), start);
  }

  /** Tells what became of a matrix whose block was trained. */
  private void report(String name, TwoStreams streams) {
    long start = System.nanoTime();
    LinearSlot slot = slots.get(name);
    if (slot == null) {
      return;
    }
    Linear now =
        streams.model().slots().stream()
            .filter(other -> other.name().equals(name))
            .findFirst()
            .orElseThrow()
            .linear();
    String note = keptNotes.get(name);
    reports.put(
        name,
        note != null
            ? dense(slot, now, note + "; trained with its block", start)
            : replacement.report(slot, now, Diagnostics.none("trained with its block"), start));
  }

  private Compression compression(Model trained) {
    return new Compression(
        trained == null ? Map.copyOf(replacements) : Map.of(),
        request.slots().stream().map(slot -> reports.get(slot.name())).toList(),
        points.parameters(),
        trained);
  }

  /** What would stand in a slot by the dense model's statistics. */
  private Linear stand(LinearSlot slot, Factorization factorization, int point, Scope owner) {
    boolean compensates = MatrixMethod.compensates(request.options());
    return Replacement.place(
        slot,
        factorization.fit(point, owner).map(),
        compensates ? request.statistics().moments().of(slot.name()).mean() : null,
        owner);
  }
}
