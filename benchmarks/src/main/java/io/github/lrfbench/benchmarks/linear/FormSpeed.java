package io.github.lrfbench.benchmarks.linear;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.measure.Clock;
import io.github.lrfbench.harness.measure.FastestForms;
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
 * {@code compress --out} wrote. Prints a line for each form of each size: its operations, its
 * median time and that of what {@link FastestForms} chooses for it, all as parts of the dense
 * matrix's, and whether that is multiplied out.
 */
public final class FormSpeed {
  private static final StopRule RULE =
      new StopRule(5, 20, Duration.ofMillis(300), Duration.ofSeconds(20));

  private FormSpeed() {}

  /** Runs the benchmark. */
  public static void main(String[] args) {
    int[] rows = Arrays.stream(args[2].split(",")).mapToInt(Integer::parseInt).toArray();
    System.out.println(
        "form,outputs,inputs,rows,flops_ratio,time_ratio,chosen_ratio,expanded,dense_ms");
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
      DenseLinear dense = DenseLinear.of(map, scope);
      Matrix x = Matrix.of(scope.zeros(DType.F32, rows, map.inputs()));
      Matrix y = Matrix.of(scope.allocate(DType.F32, x.rows(), map.outputs()));
      try (FastestForms own = FastestForms.of(device, ops -> {});
          FastestForms choice =
              FastestForms.of(device, ops -> ops.apply(map, x, Activation.NONE, y));
          CapturedGraph whole = capture(device, own, dense, x, y);
          CapturedGraph cut = capture(device, own, map, x, y);
          CapturedGraph chosen = capture(device, choice, map, x, y)) {
        List<LatencyStats> times =
            new Interleaved(RULE, Clock.SYSTEM)
                .measure(
                    List.of(
                        () -> run(device, whole),
                        () -> run(device, cut),
                        () -> run(device, chosen)));
        System.out.printf(
            Locale.ROOT,
            "\"%s\",%d,%d,%d,%.3f,%.3f,%.3f,%d,%.4f%n",
            map.label(),
            map.outputs(),
            map.inputs(),
            rows,
            (double) map.flopsPerRow() / dense.flopsPerRow(),
            times.get(1).p50Ms() / times.get(0).p50Ms(),
            times.get(2).p50Ms() / times.get(0).p50Ms(),
            choice.expanded(),
            times.get(0).p50Ms());
      }
    }
  }

  private static CapturedGraph capture(
      Device device, FastestForms forms, Linear map, Matrix x, Matrix y) {
    return device.capture(
        () -> {
          try (Ops ops = forms.ops(new EagerOps(device))) {
            ops.apply(map, x, Activation.NONE, y);
          }
        });
  }

  private static void run(Device device, CapturedGraph graph) {
    graph.replay();
    device.synchronize();
  }
}
