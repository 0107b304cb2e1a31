package io.github.lrfbench.harness.compress.allocate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.budget.OperatingPoints;
import io.github.lrfbench.harness.compress.allocate.MeasuredCost.Shape;
import io.github.lrfbench.harness.compress.allocate.MeasuredCost.Table;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Measures how long the products of a model's shapes take, of the matrices as they are and in the
 * forms of some points.
 */
public final class ProductTimes {
  /** Tokens of a product: a sequence of usual length. */
  private static final int TOKENS = 128;

  /** Points of a shape that are measured. */
  private static final int POINTS = 8;

  private static final StopRule RULE =
      new StopRule(3, 10, Duration.ofMillis(50), Duration.ofSeconds(2));

  private ProductTimes() {}

  /** Makes the form of a point. */
  @FunctionalInterface
  public interface Forms {
    /**
     * The form.
     *
     * @param slot whose matrix is stored
     * @param scope owns it
     */
    Linear of(LinearSlot slot, int point, Scope scope);
  }

  /** Milliseconds of a product with the matrices of these slots as they are. */
  public static MeasuredCost ofWhole(Device device, List<LinearSlot> slots) {
    Map<Shape, Table> tables = new HashMap<>();
    for (LinearSlot slot : slots) {
      tables.computeIfAbsent(
          shape(slot),
          missing -> table(device, slot, new TreeSet<>(), (same, point, scope) -> null));
    }
    return new MeasuredCost(tables);
  }

  /**
   * Milliseconds of a product with the matrices of these slots.
   *
   * @param points of every slot
   * @param forms of the points
   */
  public static MeasuredCost measure(
      Device device, List<LinearSlot> slots, List<OperatingPoints> points, Forms forms) {
    Map<Shape, Table> tables = new HashMap<>();
    for (int i = 0; i < slots.size(); i++) {
      LinearSlot slot = slots.get(i);
      TreeSet<Integer> chosen = spread(points.get(i).saving());
      tables.computeIfAbsent(shape(slot), missing -> table(device, slot, chosen, forms));
    }
    return new MeasuredCost(tables);
  }

  private static Shape shape(LinearSlot slot) {
    return new Shape(slot.linear().outputs(), slot.linear().inputs());
  }

  /** Some of the points below a number, the last included. */
  private static TreeSet<Integer> spread(int count) {
    TreeSet<Integer> points = new TreeSet<>();
    for (int i = 1; i <= POINTS && count > 0; i++) {
      points.add(Math.max(1, count * i / POINTS) - 1);
    }
    return points;
  }

  private static Table table(Device device, LinearSlot slot, TreeSet<Integer> points, Forms forms) {
    int rows = slot.linear().outputs();
    int cols = slot.linear().inputs();
    try (Scope scope = device.openScope()) {
      Matrix x = Matrix.of(scope.zeros(DType.F32, TOKENS, cols));
      Matrix y = Matrix.of(scope.zeros(DType.F32, TOKENS, rows));
      List<Runnable> subjects = new ArrayList<>();
      Matrix weight = Matrix.of(scope.zeros(DType.F32, cols, rows));
      subjects.add(product(device, new DenseLinear(weight, null), x, y));
      for (int point : points) {
        subjects.add(product(device, forms.of(slot, point, scope), x, y));
      }
      return table(subjects, points);
    }
  }

  /**
   * What products take.
   *
   * @param subjects that with matrices as they are, then those of the points
   * @param points in ascending order
   */
  private static Table table(List<Runnable> subjects, TreeSet<Integer> points) {
    List<LatencyStats> times = new Interleaved(RULE, Clock.SYSTEM).measure(subjects);
    TreeMap<Integer, Double> ofPoint = new TreeMap<>();
    for (int point : points) {
      ofPoint.put(point, times.get(ofPoint.size() + 1).p50Ms());
    }
    return new Table(ofPoint, times.get(0).p50Ms());
  }

  /**
   * Milliseconds of two products one after the other.
   *
   * @param device runs them
   * @param whole both maps as they are
   * @param saving how many points save anything
   * @param narrower both maps of a point, which live as long as the scope
   */
  public static Table ofTwo(
      Device device,
      List<Linear> whole,
      int saving,
      BiFunction<Integer, Scope, List<Linear>> narrower) {
    TreeSet<Integer> points = spread(saving);
    try (Scope scope = device.openScope()) {
      List<Runnable> subjects = new ArrayList<>();
      subjects.add(products(device, whole, scope));
      for (int point : points) {
        subjects.add(products(device, narrower.apply(point, scope), scope));
      }
      return table(subjects, points);
    }
  }

  private static Runnable products(Device device, List<Linear> two, Scope scope) {
    Matrix x = Matrix.of(scope.zeros(DType.F32, TOKENS, two.get(0).inputs()));
    Matrix between = Matrix.of(scope.zeros(DType.F32, TOKENS, two.get(0).outputs()));
    Matrix y = Matrix.of(scope.zeros(DType.F32, TOKENS, two.get(1).outputs()));
    Runnable first = product(device, two.get(0), x, between);
    Runnable second = product(device, two.get(1), between, y);
    return () -> {
      first.run();
      second.run();
    };
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
