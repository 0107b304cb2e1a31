package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.Budget;
import io.github.lrfbench.harness.compress.allocate.MeasuredCost.Shape;
import io.github.lrfbench.harness.compress.allocate.MeasuredCost.Table;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.linear.LowRankLinear;
import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.lowrank.LowRankFactors;
import io.github.lrfbench.kernels.ops.Activation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Measures how long the products of a model's shapes take, whole and at some ranks. */
public final class ProductTimes {
  /** Tokens of a product: a sequence of usual length. */
  private static final int TOKENS = 128;

  /** Ranks between 0 and break-even that are measured. */
  private static final int RANKS = 8;

  private static final StopRule RULE =
      new StopRule(3, 10, Duration.ofMillis(50), Duration.ofSeconds(2));

  private ProductTimes() {}

  /** Milliseconds of a product with the matrices of these slots. */
  public static MeasuredCost measure(Device device, List<LinearSlot> slots) {
    Map<Shape, Table> tables = new HashMap<>();
    for (LinearSlot slot : slots) {
      Shape shape = new Shape(slot.linear().outputs(), slot.linear().inputs());
      tables.computeIfAbsent(shape, missing -> table(device, missing));
    }
    return new MeasuredCost(tables);
  }

  private static Table table(Device device, Shape shape) {
    int most = Budget.largestBelowBreakEven(shape.rows(), shape.cols());
    List<Integer> ranks = new ArrayList<>();
    for (int i = 1; i <= RANKS; i++) {
      int rank = Math.max(1, most * i / RANKS);
      if (!ranks.contains(rank)) {
        ranks.add(rank);
      }
    }
    try (Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.zeros(DType.F32, TOKENS, shape.cols()));
      Matrix y = Matrix.of(scope.zeros(DType.F32, TOKENS, shape.rows()));
      List<Runnable> subjects = new ArrayList<>();
      Matrix weight = Matrix.of(scope.zeros(DType.F32, shape.cols(), shape.rows()));
      subjects.add(product(device, new DenseLinear(weight, null), x, y));
      for (int rank : ranks) {
        Matrix down = Matrix.of(scope.zeros(DType.F32, shape.cols(), rank));
        Matrix up = Matrix.of(scope.zeros(DType.F32, rank, shape.rows()));
        subjects.add(product(device, new LowRankLinear(new LowRankFactors(down, up), null), x, y));
      }
      List<LatencyStats> times = new Interleaved(RULE, Clock.SYSTEM).measure(subjects);
      TreeMap<Integer, Double> ofRank = new TreeMap<>();
      for (int i = 0; i < ranks.size(); i++) {
        ofRank.put(ranks.get(i), times.get(i + 1).p50Ms());
      }
      return new Table(ofRank, times.get(0).p50Ms());
    }
  }

  private static Runnable product(Device device, Linear linear, Matrix x, Matrix y) {
    return () -> {
      try (Ops ops = new EagerOps(device)) {
        linear.forward(ops, x, Activation.NONE, y);
      }
      device.synchronize();
    };
  }
}
