package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.budget.Point;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Compressor;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.LayerReport.Storage;
import io.github.lrfbench.harness.compress.spi.MethodInfo;
import io.github.lrfbench.harness.compress.spi.MethodInfo.Need;
import io.github.lrfbench.harness.compress.spi.MethodOption;
import io.github.lrfbench.harness.compress.spi.MethodOptions;
import io.github.lrfbench.harness.compress.structure.HeadOrder.Head;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The method {@code prune-heads}: attentions of fewer heads (Michel et al. 2019, Are sixteen heads
 * really better than one?). The loss's derivative by a gate before a head says what the head
 * counts; its rows of query, key and value and its columns of the output matrix are left out. Heads
 * of all attentions are ranked together, and each keeps one at least.
 */
public final class PruneHeadsCompressor implements Compressor {
  private static final String NAME = "prune-heads";
  private static final String STEP = "step";

  @Override
  public MethodInfo info() {
    return new MethodInfo(
        NAME,
        "attentions without the heads on which the loss depends least",
        "Michel et al. 2019",
        Set.of(Need.WEIGHTS, Need.GRADIENTS),
        "",
        List.of(MethodOption.number(STEP, 0.1, 1e-6, 1)));
  }

  @Override
  public boolean allocates() {
    return false;
  }

  @Override
  public void check(Budget budget, MethodOptions options) {
    if (budget.needsRanks()) {
      throw new InputException(
          "--method prune-heads has no ranks: --"
              + budget.kind()
              + " says nothing of it; give --keep or --bits");
    }
  }

  @Override
  public Compression compress(CompressionRequest request) {
    Budget budget = request.requireBudget(NAME);
    check(budget, request.options());
    List<Attention> attentions = Attention.of(request);
    if (attentions.isEmpty()) {
      throw new InputException(
          "--method prune-heads needs query, key, value and output of an attention among the"
              + " matrices, all of them whole");
    }
    int all = attentions.stream().mapToInt(Attention::heads).sum();
    long each = attentions.get(0).numbersPerHead();
    int kept = Math.max(attentions.size(), kept(budget, each, all));
    int atATime = Math.max(1, (int) (request.options().number(STEP) * all));
    HeadOrder order = new HeadOrder(request, attentions, atATime);
    Set<Head> gone = order.first(all - kept);
    Map<String, Linear> replacements = new HashMap<>();
    Map<String, LayerReport> reports = new HashMap<>();
    Replacement replacement = new Replacement(request);
    for (int i = 0; i < attentions.size(); i++) {
      Attention attention = attentions.get(i);
      int[] left = order.left(i, gone);
      if (left.length == attention.heads()) {
        String note = "kept: all of " + left.length + " heads";
        attention.slots().forEach(slot -> reports.put(slot.name(), replacement.keep(slot, note)));
      } else {
        long start = System.nanoTime();
        Map<String, Linear> now = attention.keeping(left, request.scope());
        replacements.putAll(now);
        reports.putAll(reports(request, attention, left, now, start));
      }
    }
    List<LayerReport> layers = new ArrayList<>();
    for (LinearSlot slot : request.slots()) {
      if (reports.containsKey(slot.name())) {
        layers.add(reports.get(slot.name()));
      }
    }
    Map<String, String> parameters = new TreeMap<>(request.options().values());
    parameters.put("examples", Integer.toString(request.statistics().examples()));
    parameters.put("heads", kept + " of " + all);
    return new Compression(Map.copyOf(replacements), layers, parameters);
  }

  /** How many of so many heads, all of one size, the budget has room for; biases do not count. */
  private static int kept(Budget budget, long each, int heads) {
    Point one = new Point(each, OperatingPoints.DENSE_BITS * each, Double.NaN, 0, "1 head");
    OperatingPoints all =
        new OperatingPoints(heads, Math.toIntExact(each), Double.NaN, List.of(one));
    return (int) (budget.allowance(all) / budget.unit().of(one) + 1e-9);
  }

  /** A part of the heads has no distance to the weights; what is measured are the outputs. */
  private static Map<String, LayerReport> reports(
      CompressionRequest request,
      Attention attention,
      int[] left,
      Map<String, Linear> now,
      long start) {
    Replacement replacement = new Replacement(request);
    LinearSlot output = attention.output();
    double norm = replacement.keep(output, "").outputNorm();
    double error = outputError(request, attention, left, now.get(output.name()));
    Map<String, LayerReport> reports = new HashMap<>();
    for (LinearSlot slot : attention.slots()) {
      Linear dense = slot.linear();
      Linear map = now.get(slot.name());
      String label = left.length + " of " + attention.heads() + " heads";
      reports.put(
          slot.name(),
          new LayerReport(
              slot.name(),
              dense.outputs(),
              dense.inputs(),
              left.length * attention.headSize(),
              dense.parameters(),
              map.parameters(),
              replacement.keep(slot, "").norm(),
              Double.NaN,
              norm,
              error,
              Diagnostics.none("heads " + numbers(left)),
              (System.nanoTime() - start) / 1e9,
              Storage.of(dense),
              Storage.of(map),
              label));
    }
    return reports;
  }

  private static String numbers(int[] heads) {
    return IntStream.of(heads).mapToObj(Integer::toString).collect(Collectors.joining(", "));
  }

  private static double outputError(
      CompressionRequest request, Attention attention, int[] left, Linear now) {
    LinearSlot output = attention.output();
    double[] lost = new double[output.linear().inputs()];
    Arrays.fill(lost, 1);
    for (int head : left) {
      Arrays.fill(lost, head * attention.headSize(), (head + 1) * attention.headSize(), 0);
    }
    try (Scope scratch = request.scope().device().openScope()) {
      Matrix difference = Pair.matrix(output, scratch);
      scratch.device().blas().scaleColumns(difference, lost);
      return Replacement.outputError(
          output.linear(),
          now,
          difference,
          request.statistics().moments().of(output.name()),
          scratch);
    }
  }
}
