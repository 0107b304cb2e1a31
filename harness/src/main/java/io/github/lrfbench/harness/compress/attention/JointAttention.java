package io.github.lrfbench.harness.compress.attention;

import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.harness.compress.matrix.Replacement;
import io.github.lrfbench.harness.compress.spi.CompressionRequest;
import io.github.lrfbench.harness.compress.spi.Diagnostics;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.LayerReport.Storage;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.compress.spi.SlotMatrix;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.NarrowHeads;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.svd.SvdAlgorithm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The queries and keys of a request's blocks, each pair by its {@link AttentionProduct}. */
final class JointAttention {
  private static final String QUERY = "query";
  private static final String KEY = "key";

  /** The two projections of a block. */
  private record Pair(LinearSlot query, LinearSlot key) {}

  private final CompressionRequest request;
  private final List<Pair> pairs = new ArrayList<>();
  private final Map<String, Linear> replacements = new HashMap<>();
  private final Map<String, LayerReport> reports = new HashMap<>();

  /**
   * Finds the pairs among a request's matrices.
   *
   * @throws InputException if there is none
   */
  JointAttention(CompressionRequest request) {
    this.request = request;
    Map<Integer, LinearSlot> keys = new HashMap<>();
    for (LinearSlot slot : request.slots()) {
      if (slot.role().equals(KEY)) {
        keys.put(slot.layer(), slot);
      }
    }
    for (LinearSlot slot : request.slots()) {
      if (slot.role().equals(QUERY) && keys.containsKey(slot.layer())) {
        pairs.add(new Pair(slot, keys.get(slot.layer())));
      }
    }
    if (pairs.isEmpty()) {
      throw new InputException(
          "joint attention needs the query and the key of a block among the matrices; those"
              + " of a GPT-2 are two with --split-qkv");
    }
  }

  /** The reports of all pairs, in the order of the slots. */
  List<LayerReport> layers() {
    return request.slots().stream()
        .map(slot -> reports.get(slot.name()))
        .filter(Objects::nonNull)
        .toList();
  }

  /** Replaces the pairs. */
  void run() {
    pairs.forEach(this::replace);
  }

  /** By slot, of pairs that are not kept. */
  Map<String, Linear> replacements() {
    return replacements;
  }

  private void replace(Pair pair) {
    long start = System.nanoTime();
    int size = request.model().headSize();
    int heads = heads(pair.query());
    Moments moments = request.statistics().moments().of(pair.query().name());
    try (Scope scratch = request.scope().device().openScope()) {
      Matrix wq = Matrices.toDouble(SlotMatrix.of(pair.query(), scratch), scratch);
      Matrix wk = Matrices.toDouble(SlotMatrix.of(pair.key(), scratch), scratch);
      Tensor bias = pair.query().linear().bias();
      double[] queryBias = bias == null ? new double[wq.rows()] : bias.toDoubles();
      AttentionProduct product = new AttentionProduct(wq, wk, queryBias, moments, heads, scratch);
      int rank = rank(pair.query().linear(), product, size);
      if (rank >= size) {
        Replacement replacement = new Replacement(request);
        String note = "kept: a head needs all of its " + size + " dimensions";
        reports.put(pair.query().name(), replacement.keep(pair.query(), note));
        reports.put(pair.key().name(), replacement.keep(pair.key(), note));
        return;
      }
      put(pair.query(), product.queries(rank, scratch), product.queryBias(rank));
      put(pair.key(), product.keys(rank, scratch), new double[wk.rows()]);
      report(pair.query(), product, rank, start);
      report(pair.key(), product, rank, start);
    }
  }

  /** Dimensions of a head; its size or more to keep all of them. */
  private int rank(Linear linear, AttentionProduct product, int size) {
    int rank;
    if (request.budget() instanceof Budget.Energy energy) {
      rank = 1;
      while (rank < size && product.droppedEnergy(rank) > (1 - energy.share()) * product.energy()) {
        rank++;
      }
    } else {
      OperatingPoints points = RankPoints.of(linear.outputs(), linear.inputs());
      double kept = request.budget().allowance(points) / request.budget().unit().ofMatrix(points);
      rank = (int) (kept * points.denseNumbers() / perDimension(linear, size) + 1e-9);
    }
    int multiple = request.allocation().multiple();
    return rank >= size ? size : Math.max(multiple, rank / multiple * multiple);
  }

  /** Numbers that one dimension of all heads takes. */
  private static double perDimension(Linear linear, int size) {
    return (double) linear.outputs() / size * linear.inputs();
  }

  private int heads(LinearSlot slot) {
    return slot.linear().outputs() / request.model().headSize();
  }

  private void put(LinearSlot slot, Matrix rows, double[] bias) {
    Scope owner = request.scope();
    Matrix weight = Matrix.of(owner.allocate(DType.F32, rows.cols(), rows.rows()));
    owner.device().blas().transpose(rows, weight);
    Tensor vector = owner.allocate(DType.F32, bias.length);
    vector.write(0, bias, 0, bias.length);
    replacements.put(slot.name(), new NarrowHeads(weight, vector, heads(slot), bias.length));
  }

  /** A matrix in other coordinates has no distance to what it was; what is measured are scores. */
  private void report(LinearSlot slot, AttentionProduct product, int rank, long start) {
    Linear dense = slot.linear();
    Linear now = replacements.get(slot.name());
    double norm = new Replacement(request).keep(slot, "").norm();
    double error = Math.sqrt(product.droppedEnergy(rank));
    reports.put(
        slot.name(),
        new LayerReport(
            slot.name(),
            dense.outputs(),
            dense.inputs(),
            rank * heads(slot),
            dense.parameters(),
            now.parameters(),
            norm,
            Double.NaN,
            Math.sqrt(product.energy()),
            error,
            new Diagnostics(
                SvdAlgorithm.EXACT.label(),
                error,
                Double.NaN,
                product.ridge(),
                "scores of all pairs of tokens, " + rank + " dimensions a head"),
            (System.nanoTime() - start) / 1e9,
            Storage.of(dense),
            Storage.of(now),
            rank + " dimensions a head"));
  }
}
