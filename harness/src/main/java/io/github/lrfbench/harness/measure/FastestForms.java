package io.github.lrfbench.harness.measure;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.ReplacingOps;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The layers of a pass that is repeated, each in the form that it has or multiplied out ({@link
 * Layer#expansions}), whichever was measured to be faster for its rows: no form is slower than the
 * matrix that it stands for, at the price of that matrix's memory.
 */
public final class FastestForms implements AutoCloseable {
  private static final StopRule RULE =
      new StopRule(2, 5, Duration.ofMillis(10), Duration.ofSeconds(2));

  /** What is not faster than this part of the form's own time is not worth the memory. */
  private static final double WORTH = 0.97;

  /** Layers of one form and size take one time. */
  private record Size(String label, int outputs, int inputs, int rows) {}

  private final Device device;
  private final Interleaved timer;
  private final Scope scope;

  /** Number of the expansion that is the fastest; -1 for the form itself. */
  private final Map<Size, Integer> fastest = new HashMap<>();

  /** What is run in the place of every layer, by its rows where it was first met. */
  private final Map<Layer, Layer> chosen = new IdentityHashMap<>();

  private boolean replaces;
  private long addedFlops;

  private FastestForms(Device device, Clock clock) {
    this.device = device;
    this.timer = new Interleaved(RULE, clock);
    this.scope = device.openScope();
  }

  /**
   * Runs a pass once, and measures the layers that it applies.
   *
   * @param pass always applies the same layers to as many rows
   */
  public static FastestForms of(Device device, Consumer<Ops> pass) {
    return of(device, pass, Clock.SYSTEM);
  }

  static FastestForms of(Device device, Consumer<Ops> pass, Clock clock) {
    FastestForms forms = new FastestForms(device, clock);
    try (Ops ops = new ReplacingOps(new EagerOps(device), forms::choose)) {
      pass.accept(ops);
      device.synchronize();
      forms.replaces = forms.expanded() > 0;
      return forms;
    } catch (RuntimeException | Error e) {
      forms.close();
      throw e;
    }
  }

  private Layer choose(Layer layer, Matrix x) {
    Layer choice = chosen.get(layer);
    if (choice == null) {
      choice = fastest(layer, x);
      chosen.put(layer, choice);
    }
    addedFlops += x.rows() * (choice.flopsPerRow() - layer.flopsPerRow());
    return choice;
  }

  private Layer fastest(Layer layer, Matrix x) {
    List<Function<Scope, Layer>> expansions = layer.expansions();
    if (expansions.isEmpty()) {
      return layer;
    }
    Size size = new Size(layer.label(), layer.outputs(), layer.inputs(), x.rows());
    Integer best = fastest.get(size);
    if (best == null) {
      best = measure(layer, expansions, x);
      fastest.put(size, best);
    }
    return best < 0 ? layer : expansions.get(best).apply(scope);
  }

  private int measure(Layer layer, List<Function<Scope, Layer>> expansions, Matrix x) {
    List<CapturedGraph> graphs = new ArrayList<>();
    try (Scope scratch = device.openScope()) {
      Matrix y = Matrix.of(scratch.allocate(x.dtype(), x.rows(), layer.outputs()));
      graphs.add(capture(layer, x, y));
      expansions.forEach(each -> graphs.add(capture(each.apply(scratch), x, y)));
      List<Runnable> runs = new ArrayList<>();
      graphs.forEach(graph -> runs.add(() -> run(graph)));
      List<LatencyStats> times = timer.measure(runs);
      double least = WORTH * times.get(0).p50Ms();
      int best = -1;
      for (int i = 1; i < times.size(); i++) {
        if (times.get(i).p50Ms() < least) {
          least = times.get(i).p50Ms();
          best = i - 1;
        }
      }
      return best;
    } finally {
      graphs.forEach(CapturedGraph::close);
    }
  }

  private CapturedGraph capture(Layer layer, Matrix x, Matrix y) {
    return device.capture(
        () -> {
          try (Ops ops = new EagerOps(device)) {
            ops.apply(layer, x, Activation.NONE, y);
          }
        });
  }

  private void run(CapturedGraph graph) {
    graph.replay();
    device.synchronize();
  }

  /** Operations with the layers that were chosen. */
  public Ops ops(Ops ops) {
    return replaces ? new ReplacingOps(ops, (layer, x) -> chosen.getOrDefault(layer, layer)) : ops;
  }

  /** How many matrices are multiplied out. */
  public int expanded() {
    return replaced().mapToInt(entry -> entry.getKey().parts().size()).sum();
  }

  /** Bytes that they take, beside the model's own. */
  public long bytes() {
    return replaced().mapToLong(entry -> entry.getValue().bytes()).sum();
  }

  private Stream<Map.Entry<Layer, Layer>> replaced() {
    return chosen.entrySet().stream().filter(entry -> entry.getKey() != entry.getValue());
  }

  /** Floating-point operations that a pass takes with them, less those that it takes without. */
  public long addedFlops() {
    return addedFlops;
  }

  @Override
  public void close() {
    scope.close();
  }
}
