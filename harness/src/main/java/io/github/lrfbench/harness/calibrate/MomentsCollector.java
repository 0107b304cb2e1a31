package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Layer;
import io.github.lrfbench.harness.autograd.ObservingOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.calibrate.ActivationMoments.Moments;
import io.github.lrfbench.harness.model.LinearSlot;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Runs a model over sequences and sums up moments of the inputs of its matrices. Products are taken
 * in the model's precision for one batch at a time and added up in F64.
 */
final class MomentsCollector {
  /** Rows whose sums lose little in single precision, where a loop is several times faster. */
  private static final int SUMMED_IN_SINGLE = 16;

  /** What is summed up for one input. */
  private static final class Sums {
    private final Tensor gram;

    private final double[] values;
    private final double[] magnitudes;
    private long tokens;

    Sums(Scope scope, int width) {
      gram = scope.zeros(DType.F64, width, width);
      values = new double[width];
      magnitudes = new double[width];
    }
  }

  private final Model model;
  private final Device device;
  private final Tokens tokens;
  private final Scope owner;
  private final Map<Layer, LinearSlot> slots = new IdentityHashMap<>();
  private final Map<Layer, Sums> bySlot = new IdentityHashMap<>();

  /**
   * A collector.
   *
   * @param slots of the model
   * @param tokens over which moments are taken
   * @param owner of the sums
   */
  private MomentsCollector(Model model, List<LinearSlot> slots, Tokens tokens, Scope owner) {
    this.model = model;
    this.device = model.device();
    this.tokens = tokens;
    this.owner = owner;
    for (LinearSlot slot : slots) {
      this.slots.put(slot.linear(), slot);
      bySlot.put(slot.linear(), null);
    }
  }

  /**
   * Collects in passes of its own.
   *
   * @param progress receives the number of sequences done
   */
  static ActivationMoments collect(
      Model model,
      List<LinearSlot> slots,
      List<TokenSequence> sequences,
      Tokens tokens,
      IntConsumer progress) {
    return collect(model, slots, tokens, collector -> collector.run(sequences, progress));
  }

  /**
   * Collects in passes that somebody else runs, over the batches of {@link CalibrationBatches}.
   *
   * @param passes given the collector, {@link #observe}s each batch once
   */
  static ActivationMoments collect(
      Model model, List<LinearSlot> slots, Tokens tokens, Consumer<MomentsCollector> passes) {
    ActivationMoments moments = new ActivationMoments(model.device().openScope());
    try {
      MomentsCollector collector = new MomentsCollector(model, slots, tokens, moments.scope());
      passes.accept(collector);
      for (LinearSlot slot : slots) {
        moments.put(slot.name(), collector.moments(slot));
      }
      return moments;
    } catch (RuntimeException | Error e) {
      moments.close();
      throw e;
    }
  }

  /**
   * Operations that show this what the layers read.
   *
   * @param ops runs them, closed with the result
   * @param batch that will be run over
   */
  Ops observe(Ops ops, TokenBatch batch) {
    return new ObservingOps(ops, (layer, x) -> add(layer, x, batch));
  }

  private void run(List<TokenSequence> sequences, IntConsumer progress) {
    int done = 0;
    for (int[] batch : CalibrationBatches.of(sequences)) {
      List<TokenSequence> chosen = Arrays.stream(batch).mapToObj(sequences::get).toList();
      try (Scope scope = device.openScope()) {
        TokenBatch packed = TokenBatch.of(scope, chosen, model.info());
        try (Ops ops = observe(new EagerOps(device), packed)) {
          // With all hidden states: what the output depends on alone would be few tokens.
          model.forward(ops, packed, new ArrayList<>());
        }
      }
      done += batch.length;
      progress.accept(done);
    }
  }

  /**
   * Adds a layer's input; parts of it that read other rows than the rest have sums of their own.
   */
  private void add(Layer layer, Matrix x, TokenBatch batch) {
    List<? extends Layer> wanted = layer.parts().stream().filter(slots::containsKey).toList();
    Map<Tensor, List<Layer>> byRows = new IdentityHashMap<>();
    for (Layer part : wanted) {
      Tensor rows = tokens == Tokens.ALL ? null : model.reached(slots.get(part), batch);
      byRows.computeIfAbsent(rows, key -> new ArrayList<>()).add(part);
    }
    byRows.forEach(
        (rows, parts) -> {
          if (rows == null) {
            add(x, sums(parts, x.cols()));
            return;
          }
          try (Ops ops = new EagerOps(device)) {
            Matrix reached = Matrix.of(ops.allocate(x.dtype(), rows.shape().size(), x.cols()));
            ops.gatherRows(x, rows, reached);
            add(reached, sums(parts, x.cols()));
          }
        });
  }

  /** The sums of an input that some parts of a layer share. */
  private Sums sums(List<Layer> parts, int width) {
    if (bySlot.get(parts.get(0)) == null) {
      Sums fresh = new Sums(owner, width);
      parts.forEach(part -> bySlot.put(part, fresh));
    }
    return bySlot.get(parts.get(0));
  }

  private void add(Matrix x, Sums sums) {
    int parts = Math.min(x.rows(), device.threads());
    double[][] values = new double[parts][x.cols()];
    double[][] magnitudes = new double[parts][x.cols()];
    float[] rows = read(x);
    device.forEach(parts, part -> addRows(rows, part, parts, values[part], magnitudes[part]));
    for (int part = 0; part < parts; part++) {
      for (int j = 0; j < x.cols(); j++) {
        sums.values[j] += values[part][j];
        sums.magnitudes[j] += magnitudes[part][j];
      }
    }
    device.blas().addGram(x, Matrix.of(sums.gram));
    sums.tokens += x.rows();
  }

  /** All elements row by row, in one copy from the device where there are no gaps. */
  private static float[] read(Matrix x) {
    int width = x.cols();
    float[] rows = new float[Math.multiplyExact(x.rows(), width)];
    if (x.isContiguous()) {
      x.data().read(x.offset(), rows, 0, rows.length);
      return rows;
    }
    for (int i = 0; i < x.rows(); i++) {
      x.data().read(x.offset() + (long) i * x.stride(), rows, i * width, width);
    }
    return rows;
  }

  /** Sums of every {@code step}-th row and of its magnitudes, a few rows at a time in F32. */
  private static void addRows(
      float[] rows, int first, int step, double[] values, double[] magnitudes) {
    int width = values.length;
    int count = rows.length / width;
    float[] sum = new float[width];
    float[] magnitude = new float[width];
    for (int i = first, pending = 1; i < count; i += step, pending++) {
      for (int j = 0, at = i * width; j < width; j++, at++) {
        sum[j] += rows[at];
        magnitude[j] += Math.abs(rows[at]);
      }
      if (pending % SUMMED_IN_SINGLE == 0 || i + step >= count) {
        for (int j = 0; j < width; j++) {
          values[j] += sum[j];
          magnitudes[j] += magnitude[j];
        }
        Arrays.fill(sum, 0);
        Arrays.fill(magnitude, 0);
      }
    }
  }

  private Moments moments(LinearSlot slot) {
    Sums sums = bySlot.get(slot.linear());
    if (sums == null) {
      throw new InputException("no token of the calibration data reached " + slot.name());
    }
    double[] mean = Arrays.stream(sums.values).map(value -> value / sums.tokens).toArray();
    double[] magnitude = Arrays.stream(sums.magnitudes).map(sum -> sum / sums.tokens).toArray();
    return new Moments(sums.tokens, Matrix.of(sums.gram), mean, magnitude);
  }
}
