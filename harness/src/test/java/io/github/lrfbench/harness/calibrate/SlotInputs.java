package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.ObservingOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.CausalModel;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The inputs of all matrices of a model, from one whole forward pass over all tokens. */
public final class SlotInputs {
  private SlotInputs() {}

  /** By slot, [inputs, tokens]. */
  public static Map<String, double[][]> of(Model model, List<TokenSequence> sequences) {
    Map<String, double[][]> inputs = new HashMap<>();
    try (Scope scope = model.device().openScope();
        Ops ops =
            new ObservingOps(
                new EagerOps(model.device()),
                (layer, x) -> {
                  for (LinearSlot slot : model.slots()) {
                    if (layer.parts().contains(slot.linear())) {
                      inputs.put(slot.name(), columns(x));
                    }
                  }
                })) {
      TokenBatch batch = TokenBatch.of(scope, sequences, model.info());
      if (model instanceof CausalModel causal) {
        causal.logits(ops, causal.states(ops, batch));
      } else {
        // With all hidden states: no token is left out.
        model.forward(ops, batch, new ArrayList<>());
      }
    }
    return inputs;
  }

  private static double[][] columns(Matrix x) {
    double[][] columns = new double[x.cols()][x.rows()];
    float[] row = new float[x.cols()];
    for (int t = 0; t < x.rows(); t++) {
      x.data().read(x.offset() + (long) t * x.stride(), row, 0, row.length);
      for (int j = 0; j < row.length; j++) {
        columns[j][t] = row[j];
      }
    }
    return columns;
  }
}
