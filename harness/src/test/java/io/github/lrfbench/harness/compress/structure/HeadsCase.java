package io.github.lrfbench.harness.compress.structure;

import io.github.lrfbench.harness.calibrate.ExampleLosses;
import io.github.lrfbench.harness.compress.spi.Compression;
import io.github.lrfbench.harness.compress.spi.LayerReport;
import io.github.lrfbench.harness.compress.spi.TaskCase;
import io.github.lrfbench.harness.compress.structure.HeadOrder.Head;
import io.github.lrfbench.harness.linear.DenseLinear;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import io.github.lrfbench.harness.train.TrainingSet;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gates before the heads of tiny models, which have 3 of 4 dimensions. */
abstract class HeadsCase extends NarrowerCase {
  static final String METHOD = "prune-heads";
  static final String OUTPUT = "attention_output";
  static final int HEADS = 3;
  static final int SIZE = 4;

  TaskCase opened(String model) throws IOException {
    if (model.equals("gpt2-whole")) {
      return new TaskCase(deviceId(), folder, TinyCheckpoint.gpt2(folder.resolve("model"), 2));
    }
    if (model.equals("albert")) {
      Path directory = TinyCheckpoint.albert(folder.resolve("model"), 4, 2, 1);
      return new TaskCase(deviceId(), folder, directory);
    }
    return open(model);
  }

  static List<LinearSlot> outputs(Model model) {
    return model.slots().stream().filter(slot -> slot.role().equals(OUTPUT)).toList();
  }

  /** The matrix that reads heads with gates before these. */
  static Linear gated(LinearSlot slot, double[] gates, Scope scope) {
    Linear linear = slot.linear();
    Matrix weight = Matrix.of(scope.allocate(DType.F32, linear.inputs(), linear.outputs()));
    scope.device().blas().copy(linear.dense(), weight);
    double[] rows = new double[linear.inputs()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = gates[i / SIZE];
    }
    scope.device().blas().scaleRows(weight, rows);
    return new DenseLinear(weight, linear.bias());
  }

  /** A model with gates: 0 before the heads that are gone, and any number before one more. */
  static Model gated(Model model, Set<Head> gone, Head other, double gate, Scope scope) {
    Map<String, Linear> gated = new HashMap<>();
    List<LinearSlot> outputs = outputs(model);
    for (int i = 0; i < outputs.size(); i++) {
      double[] gates = new double[HEADS];
      for (int head = 0; head < HEADS; head++) {
        Head own = new Head(i, head);
        gates[head] = own.equals(other) ? gate : gone.contains(own) ? 0 : 1;
      }
      gated.put(outputs.get(i).name(), gated(outputs.get(i), gates, scope));
    }
    return model.with(gated);
  }

  /** The mean of the absolute central differences of examples' losses by a gate. */
  static double difference(Model model, Set<Head> gone, Head head, TrainingSet examples) {
    double step = 0.02;
    double[][] losses = new double[2][];
    for (int side = 0; side < 2; side++) {
      try (Scope scope = model.device().openScope();
          Model moved = gated(model, gone, head, side == 0 ? 1 - step : 1 + step, scope)) {
        losses[side] = ExampleLosses.of(moved, examples);
      }
    }
    double sum = 0;
    for (int i = 0; i < losses[0].length; i++) {
      sum += Math.abs(losses[1][i] - losses[0][i]) / (2 * step);
    }
    return sum / losses[0].length;
  }

  static LayerReport report(Compression made, String slot) {
    return made.layers().stream().filter(l -> l.layer().equals(slot)).findFirst().orElseThrow();
  }

  /** Those of a compression that are gone. */
  static Set<Head> gone(Model model, Compression made) {
    Set<Head> gone = new HashSet<>();
    List<LinearSlot> outputs = outputs(model);
    for (int i = 0; i < outputs.size(); i++) {
      String note = report(made, outputs.get(i).name()).diagnostics().note();
      for (int head = 0; head < HEADS; head++) {
        if (!note.startsWith("kept") && !note.contains(Integer.toString(head))) {
          gone.add(new Head(i, head));
        }
      }
    }
    return gone;
  }
}
