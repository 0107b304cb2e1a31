package io.github.lrfbench.benchmarks.linear;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.Interleaved;
import io.github.lrfbench.harness.measure.LatencyStats;
import io.github.lrfbench.harness.measure.StopRule;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.source.LoadedModel;
import io.github.lrfbench.kernels.CapturedGraph;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.DeviceOptions;
import io.github.lrfbench.kernels.Devices;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.ops.Activation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How long the forms of a compressed checkpoint take beside the dense matrices that they stand for,
 * in turns. Arguments: device, threads, rows (of inputs) separated by commas, and checkpoints that
 * {@code compress --out} wrote. Prints a line for each form of each size: its operations and its
 * median time, both as parts of the dense matrix's.
 */
public final class FormSpeed {
  private static final StopRule RULE =
      new StopRule(5, 20, Duration.ofMillis(300), Duration.ofSeconds(20));

  private FormSpeed() {}

  /** Runs the benchmark. */
  public static void main(String[] args) {
    int[] rows = Arrays.stream(args[2].split(",")).mapToInt(Integer::parseInt).toArray();
    System.out.println("form,outputs,inputs,rows,flops_ratio,time_ratio,dense_ms");
    DeviceOptions options = new DeviceOptions(Integer.parseInt(args[1]));
    try (Device device = Devices.open(args[0], options, line -> {})) {
      Set<String> seen = new HashSet<>();
      for (String path : Arrays.asList(args).subList(3, args.length)) {
        try (LoadedModel loaded = LoadedModel.open(Path.of(path), device)) {
          for (LinearSlot slot : loaded.model().slots()) {
            Linear map = slot.linear();
            String size = map.label() + "," + map.outputs() + "," + map.inputs();
            if (!(map instanceof DenseLinear) && seen.add(size)) {
              for (int count : rows) {
                measure(device, map, count);
              }
            }
          }
        }
      }
    }
  }

  private static void measure(Device device, Linear map, int rows) {
    try (Scope scope = device.openScope()) {
      Matrix expanded = Matrix.of(scope.allocate(DType.F32, map.outputs(), map.inputs()));
      map.materialize(device, expanded);
      Matrix weight = Matrix.of(scope.allocate(DType.F32, map.inputs(), map.outputs()));
      device.blas().transpose(expanded, weight);
      DenseLinear dense = new DenseLinear(weight, map.bias());
      Matrix x = Matrix.of(scope.zeros(DType.F32, rows, map.inputs()));
      try (CapturedGraph whole = capture(device, dense, x, scope);
          CapturedGraph cut = capture(device, map, x, scope)) {
        List<LatencyStats> times =
            new Interleaved(RULE, Clock.SYSTEM)
                .measure(List.of(() -> run(device, whole), () -> run(device, cut)));
        System.out.printf(
            Locale.ROOT,
            "\"%s\",%d,%d,%d,%.3f,%.3f,%.4f%n",
            map.label(),
            map.outputs(),
            map.inputs(),
            rows,
            (double) map.flopsPerRow() / dense.flopsPerRow(),
            times.get(1).p50Ms() / times.get(0).p50Ms(),
            times.get(0).p50Ms());
      }
    }
  }

  private static CapturedGraph capture(Device device, Linear map, Matrix x, Scope scope) {
    Matrix y = Matrix.of(scope.allocate(DType.F32, x.rows(), map.outputs()));
    return device.capture(
        () -> {
          try (Ops ops = new EagerOps(device)) {
            map.forward(ops, x, Activation.NONE, y);
          }
        });
  }

  private static void run(Device device, CapturedGraph graph) {
    graph.replay();
    device.synchronize();
  }
}
