package io.github.lrfbench.harness.compress.prune;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.matrix.MatrixMethod;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.compress.spi.SlotStatistics;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Units of all matrices ranked among each other, rows and columns by the mean score of their
 * elements. The best of all that the budget has room for are kept, and of every matrix its own
 * best.
 */
final class ModelScope {
  private final CompressionRequest request;
  private final PruneCompressor method;
  private final Pattern pattern;
  private final Budget budget;
  private final List<Candidates> matrices = new ArrayList<>();

  /** The units of a matrix, and what each takes of the budget. */
  private record Candidates(LinearSlot slot, double[] scores, long each) {
    long above(double least) {
      long count = 0;
      for (double score : scores) {
        count += score > least ? 1 : 0;
      }
      return count * each;
    }
  }

  /** The units of a request's matrices. */
  ModelScope(CompressionRequest request, PruneCompressor method) {
    this.request = request;
    this.method = method;
    this.pattern = Pattern.of(request.options().text(PruneCompressor.PATTERN));
    this.budget =
        method.hasOwnSize(request.options())
            ? new Budget.Keep(request.options().number(PruneCompressor.KEEP))
            : request.requireBudget(method.info().name());
    if (budget.needsRanks()) {
      throw new InputException(
          "--method prune has no ranks: --"
              + budget.kind()
              + " says nothing of it; give --keep or --bits");
    }
  }

  /** Chooses, and replaces matrices. */
  Compression run() {
    Replacement replacement = new Replacement(request);
    if (reachesAll()) {
      String note = "kept dense: the budget allows the matrix as it is";
      List<LayerReport> kept =
          request.slots().stream().map(slot -> replacement.keep(slot, note)).toList();
      return new Compression(Map.of(), kept, parameters());
    }
    long room = room();
    double least = least(room);
    for (Candidates matrix : matrices) {
      room -= matrix.above(least);
    }
    Map<String, Linear> replacements = new HashMap<>();
    List<LayerReport> reports = new ArrayList<>();
    for (Candidates matrix : matrices) {
      long start = System.nanoTime();
      boolean[] kept = new boolean[matrix.scores().length];
      int count = 0;
      for (int i = 0; i < kept.length; i++) {
        double score = matrix.scores()[i];
        boolean tied = score == least && room >= matrix.each();
        kept[i] = score > least || tied;
        room -= tied ? matrix.each() : 0;
        count += kept[i] ? 1 : 0;
      }
      LinearSlot slot = matrix.slot();
      Point point = pattern.point(slot.linear().outputs(), slot.linear().inputs(), count);
      OperatingPoints alone =
          new OperatingPoints(
              slot.linear().outputs(), slot.linear().inputs(), Double.NaN, List.of(point));
      if (alone.savesNothing(0)) {
        reports.add(replacement.keep(slot, "kept dense: to leave so little out saves nothing"));
      } else {
        Linear map = replace(slot, kept, count);
        replacements.put(slot.name(), map);
        reports.add(replacement.report(slot, map, Diagnostics.none(""), start));
      }
    }
    return new Compression(Map.copyOf(replacements), reports, parameters());
  }

  private boolean reachesAll() {
    return request.slots().stream()
        .map(slot -> points(slot))
        .allMatch(matrix -> budget.allowance(matrix) >= budget.unit().ofMatrix(matrix));
  }

  private OperatingPoints points(LinearSlot slot) {
    Linear linear = slot.linear();
    return method.points(linear.outputs(), linear.inputs(), request.options());
  }

  /** Ranks the units of all matrices; what the budget has room for is answered. */
  private long room() {
    double room = 0;
    SlotStatistics statistics = new SlotStatistics(request.statistics(), null);
    for (LinearSlot slot : request.slots()) {
      int rows = slot.linear().outputs();
      int cols = slot.linear().inputs();
      long one = budget.unit().of(pattern.point(rows, cols, 1));
      long each = budget.unit().of(pattern.point(rows, cols, 2)) - one;
      room += budget.allowance(points(slot)) - (one - each);
      try (Scope scratch = request.scope().device().openScope()) {
        Matrix w = SlotMatrix.of(slot, scratch);
        Scores scores = Scores.of(slot, request.options(), statistics);
        double[] own = scores.rank(w, pattern, false).scores().clone();
        int best = 0;
        for (int i = 0; i < own.length; i++) {
          own[i] /= pattern.isOfElements() ? 1 : (double) rows * cols / own.length;
          best = own[i] > own[best] ? i : best;
        }
        own[best] = Double.POSITIVE_INFINITY;
        matrices.add(new Candidates(slot, own, each));
      }
    }
    return (long) Math.floor(room);
  }

  /**
   * The smallest number above which all scores have room, by bisection of what numbers there are:
   * those of doubles that are not negative are in the order of their bits.
   */
  private double least(long room) {
    long low = -1;
    long high = Double.doubleToLongBits(Double.POSITIVE_INFINITY) - 1;
    while (high - low > 1) {
      long middle = low + (high - low) / 2;
      double least = Double.longBitsToDouble(middle);
      if (matrices.stream().mapToLong(matrix -> matrix.above(least)).sum() <= room) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return Double.longBitsToDouble(high);
  }

  private Linear replace(LinearSlot slot, boolean[] kept, int count) {
    boolean rescales = request.options().flag(PruneCompressor.RESCALE);
    double factor = rescales ? kept.length / (double) count : 1;
    try (Scope scratch = request.scope().device().openScope()) {
      Linear map = pattern.form(SlotMatrix.of(slot, scratch), kept, factor, scratch);
      double[] mean =
          MatrixMethod.compensates(request.options())
              ? request.statistics().moments().of(slot.name()).mean()
              : null;
      return Replacement.place(slot, map, mean, request.scope());
    }
  }

  private Map<String, String> parameters() {
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    if (method.needs(request.options()).stream().anyMatch(Need::isCalibration)) {
      parameters.put("examples", Integer.toString(request.statistics().examples()));
    }
    return parameters;
  }
}
