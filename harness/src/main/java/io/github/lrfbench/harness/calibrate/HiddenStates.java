package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.autograd.ResumedOps;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.ModelBlock;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The hidden states of a model between two of its blocks, for all tokens of some batches. Inputs of
 * the next block's matrices are computed from them; outputs as narrow as the states, which are
 * those that are added to them, are kept until the block is passed, and others computed again.
 */
final class HiddenStates implements AutoCloseable {
  private final Device device;
  private final List<TokenBatch> batches;
  private final int[] starts;
  private final Scope scope;
  private final Matrix states;
  private Model model;
  private int block;

  /** Outputs of the block's layers by batch and number, and what owns them. */
  private final List<Map<Integer, Matrix>> outputs = new ArrayList<>();

  private Scope outputScope;

  /**
   * The states before the first block.
   *
   * @param batches must live as long
   * @param starts the rows at which batches begin, and the last ends
   */
  HiddenStates(Model model, List<TokenBatch> batches, int[] starts) {
    this.device = model.device();
    this.model = model;
    this.batches = batches;
    this.starts = starts;
    this.scope = device.openScope();
    this.outputScope = device.openScope();
    Matrix all = null;
    for (int i = 0; i < batches.size(); i++) {
      outputs.add(new HashMap<>());
      try (Ops ops = new EagerOps(device)) {
        Matrix first = model.embed(ops, batches.get(i));
        if (all == null) {
          int rows = starts[batches.size()];
          all = Matrix.of(scope.allocate(first.dtype(), rows, first.cols()));
        }
        device.blas().copy(first, all.rows(starts[i], starts[i + 1]));
      }
    }
    states = all;
  }

  /** The states, [T, H]. */
  Matrix states() {
    return states;
  }

  Model model() {
    return model;
  }

  /** The block that stands next; null after the last. */
  ModelBlock block() {
    List<ModelBlock> blocks = model.blocks();
    return block < blocks.size() ? blocks.get(block) : null;
  }

  /** Goes on with a model of which the layers that were read, and those before, are the same. */
  void use(Model other) {
    model = other;
  }

  /** Computes all outputs of the block anew: its weights have changed. */
  void forget() {
    outputs.forEach(Map::clear);
    outputScope.close();
    outputScope = device.openScope();
  }

  /**
   * Shows the input of a layer of the block that stands next, or after the last one the states.
   *
   * @param reader its argument [t, n] lives as long as the call
   */
  void read(int batch, int layer, Consumer<Matrix> reader) {
    if (block() == null) {
      reader.accept(rows(batch));
      return;
    }
    try (Ops ops = resumed(batch, layer, reader)) {
      block().forward(ops, batches.get(batch), rows(batch));
    }
  }

  /** Passes the block. */
  void advance() {
    int end = block().layers().size();
    for (int i = 0; i < batches.size(); i++) {
      try (Ops ops = resumed(i, end, x -> {})) {
        Matrix next = block().forward(ops, batches.get(i), rows(i));
        device.blas().copy(next, rows(i));
      }
    }
    forget();
    block++;
  }

  private Ops resumed(int batch, int end, Consumer<Matrix> reader) {
    List<Layer> layers = block().layers();
    return new ResumedOps(
        new EagerOps(device),
        layers,
        end,
        outputs.get(batch),
        (layer, x) -> reader.accept(x),
        (number, y) -> {
          if (y.cols() == states.cols() && number < layers.size() - 1) {
            Matrix kept = Matrix.of(outputScope.allocate(y.dtype(), y.rows(), y.cols()));
            device.blas().copy(y, kept);
            outputs.get(batch).put(number, kept);
          }
        });
  }

  private Matrix rows(int batch) {
    return states.rows(starts[batch], starts[batch + 1]);
  }

  @Override
  public void close() {
    outputScope.close();
    scope.close();
  }
}
