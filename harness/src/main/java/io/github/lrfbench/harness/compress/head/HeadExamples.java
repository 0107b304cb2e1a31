package io.github.lrfbench.harness.compress.head;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.ObservingOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.batch.Buckets;
import io.github.lrfbench.harness.compress.spi.Matrices;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.harness.train.LabelledExamples;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a model's head reads of examples, and what it should make of it.
 *
 * @param features the hidden state of the token that the head reads, F64 [N, H]
 * @param targets F64 [N, outputs]: 1 for the example's class and 0 for the others, or its score
 * @param heldOut so many of the last rows are there to choose by
 */
record HeadExamples(Matrix features, Matrix targets, int heldOut) {
  private static final int MAX_SEQUENCES = 128;
  private static final int MAX_TOKENS = 4096;

  /** One of so many examples is held out. */
  private static final int HELD_OUT_PART = 5;

  /**
   * Runs a model over examples.
   *
   * @param examples in random order
   * @param outputs of the model
   * @param scope owns the result
   * @throws InputException if there are fewer than two, or a hidden state is no number
   */
  static HeadExamples of(Model model, LabelledExamples examples, int outputs, Scope scope) {
    int count = examples.size();
    if (count < 2) {
      throw new InputException("svd-head needs at least 2 training examples, not " + count);
    }
    int heldOut = Math.max(1, count / HELD_OUT_PART);
    Matrix features = Matrices.allocate(scope, count, model.info().hiddenSize());
    Matrix targets = Matrices.allocate(scope, count, outputs);
    HeadExamples all = new HeadExamples(features, targets, heldOut);
    all.fill(model, examples, 0, count - heldOut);
    all.fill(model, examples, count - heldOut, count);
    if (!Double.isFinite(model.device().blas().squaredNorm(features))) {
      throw new InputException("the model's hidden states are no numbers");
    }
    return all;
  }

  /**
   * The same in the memory of the host, to outlive a scope.
   *
   * @param features [N, H]
   * @param targets [N, outputs]
   */
  record Kept(double[] features, double[] targets, int hiddenSize, int outputs, int heldOut) {
    /** The same on a device. */
    HeadExamples on(Scope scope) {
      int count = features.length / hiddenSize;
      return new HeadExamples(
          Matrix.of(scope.doubles(features, count, hiddenSize)),
          Matrix.of(scope.doubles(targets, count, outputs)),
          heldOut);
    }
  }

  Kept kept() {
    return new Kept(
        features.data().toDoubles(),
        targets.data().toDoubles(),
        features.cols(),
        targets.cols(),
        heldOut);
  }

  /** Fills rows with examples of the same numbers, in any order. */
  private void fill(Model model, LabelledExamples examples, int from, int to) {
    LabelledExamples part = examples.subset(IntStream.range(from, to).toArray());
    int[] lengths = part.sequences().stream().mapToInt(TokenSequence::length).toArray();
    int row = from;
    for (int[] batch : Buckets.plan(lengths, MAX_SEQUENCES, MAX_TOKENS)) {
      LabelledExamples chosen = part.subset(batch);
      read(model, chosen, features.rows(row, row + batch.length));
      double[] wanted = wanted(chosen);
      Matrix rows = targets.rows(row, row + batch.length);
      rows.data().write(rows.offset(), wanted, 0, wanted.length);
      row += batch.length;
    }
  }

  private double[] wanted(LabelledExamples chosen) {
    if (chosen.regression()) {
      return chosen.targets();
    }
    double[] wanted = new double[chosen.size() * targets.cols()];
    for (int i = 0; i < chosen.size(); i++) {
      wanted[i * targets.cols() + (int) chosen.targets()[i]] = 1;
    }
    return wanted;
  }

  /** What the first of the head's layers is multiplied with. */
  private static void read(Model model, LabelledExamples chosen, Matrix into) {
    Device device = model.device();
    Set<Layer> layers = Collections.newSetFromMap(new IdentityHashMap<>());
    layers.addAll(model.headLayers().values());
    boolean[] seen = {false};
    try (Scope scope = device.openScope();
        Ops ops =
            new ObservingOps(
                new EagerOps(device),
                (layer, x) -> {
                  if (!seen[0] && layers.contains(layer)) {
                    seen[0] = true;
                    device.blas().copy(x, into);
                  }
                })) {
      model.forward(ops, TokenBatch.of(scope, chosen.sequences(), model.info()));
    }
    if (!seen[0]) {
      throw new IllegalStateException("the head reads nothing");
    }
  }
}
