package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far what shards compute is from what the whole model does.
 *
 * @param logits the largest difference of logits
 * @param scale the largest logit, or 1 if all are smaller
 * @param losses the largest difference of a token's cross entropy; NaN where words are not
 *     predicted
 */
record Difference(double logits, double scale, double losses) {
  /** Of the scale: what sums in another order may differ by. */
  static final double TOLERANCE = 1e-5;

  /** Logits that are read at a time. */
  private static final int CHUNK = 1 << 22;

  /** Runs both passes and compares them. */
  static Difference of(TensorParallelModel parallel, Model whole, ParallelInput input) {
    try (Pass pass = Pass.open(parallel.group());
        Ops ops = new EagerOps(whole.device())) {
      List<Matrix> own = parallel.forward(pass, input, parallel.vocabulary().find(input));
      Matrix expected = Matrix.of(TensorParallelModel.wholeForward(whole, ops, input));
      List<Range> words =
          parallel.predicts()
              ? parallel.vocabulary().words()
              : List.of(new Range(0, expected.cols()));
      double[] targets = parallel.predicts() ? losses(ops, expected, input.ids()) : null;
      Difference most = new Difference(0, 1, targets == null ? Double.NaN : 0);
      int step = Math.max(1, CHUNK / expected.cols());
      for (int from = 0; from < expected.rows(); from += step) {
        int to = Math.min(expected.rows(), from + step);
        List<float[]> parts = new ArrayList<>();
        for (Matrix part : own) {
          parts.add(read(part, from, to));
        }
        most = most.and(compare(parts, words, read(expected, from, to), to - from));
        if (targets != null) {
          most = most.and(losses(parts, words, input.ids(), targets, from, to));
        }
      }
      return most;
    }
  }

  /** Fails where it is more than rounding. */
  void require() {
    if (!(logits <= TOLERANCE * scale) || losses > TOLERANCE * scale) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the shards compute something else than the whole model: logits differ by %.3g and"
                  + " losses by %.3g, the largest logit being %.3g",
              logits,
              losses,
              scale));
    }
  }

  private Difference and(Difference other) {
    return new Difference(
        Math.max(logits, other.logits),
        Math.max(scale, other.scale),
        Math.max(losses, other.losses));
  }

  private static Difference compare(
      List<float[]> parts, List<Range> words, float[] expected, int rows) {
    int width = expected.length / rows;
    double difference = 0;
    double scale = 1;
    for (int shard = 0; shard < parts.size(); shard++) {
      float[] part = parts.get(shard);
      Range range = words.get(shard);
      for (int row = 0; row < rows; row++) {
        for (int j = 0; j < range.size(); j++) {
          double wanted = expected[row * width + range.from() + j];
          double found = part[row * (part.length / rows) + j];
          // NaN stays NaN.
          difference = Math.max(difference, Math.abs(found - wanted));
          scale = Math.max(scale, Math.abs(wanted));
        }
      }
    }
    return new Difference(difference, scale, 0);
  }

  /** The whole model's loss of every token, whose target is the next one of the batch. */
  private static double[] losses(Ops ops, Matrix logits, int[] ids) {
    Tensor targets = ops.allocate(DType.I32, ids.length);
    targets.write(0, targets(ids, 0, ids.length), 0, ids.length);
    Tensor losses = ops.allocate(DType.F32, ids.length);
    ops.crossEntropy(logits, targets, losses);
    return losses.toDoubles();
  }

  private static Difference losses(
      List<float[]> parts, List<Range> words, int[] ids, double[] expected, int from, int to) {
    double[] own = ShardedCrossEntropy.losses(parts, words, targets(ids, from, to));
    double difference = 0;
    for (int i = 0; i < own.length; i++) {
      difference = Math.max(difference, Math.abs(own[i] - expected[from + i]));
    }
    return new Difference(0, 1, difference);
  }

  private static int[] targets(int[] ids, int from, int to) {
    int[] targets = new int[to - from];
    for (int i = from; i < to; i++) {
      targets[i - from] = ids[(i + 1) % ids.length];
    }
    return targets;
  }

  private static float[] read(Matrix matrix, int from, int to) {
    float[] values = new float[(to - from) * matrix.cols()];
    matrix.data().read((long) from * matrix.cols(), values, 0, values.length);
    return values;
  }
}
