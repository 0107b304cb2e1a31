package io.github.lrfbench.harness.calibrate;

import io.github.lrfbench.harness.autograd.EagerOps;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.batch.Buckets;
import io.github.lrfbench.harness.model.Model;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.harness.tokenize.TokenSequence;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How much the blocks of a model change what they are given. */
final class BlockInfluence {
  private static final int MAX_SEQUENCES = 64;
  private static final int MAX_TOKENS = 2048;

  private BlockInfluence() {}

  /**
   * Of every block the mean over tokens of 1 − cos between the hidden states before and after it.
   * What has no direction counts as unchanged.
   */
  static double[] of(Model model, List<TokenSequence> sequences) {
    int[] lengths = sequences.stream().mapToInt(TokenSequence::length).toArray();
    double[] sums = null;
    for (int[] batch : Buckets.plan(lengths, MAX_SEQUENCES, MAX_TOKENS)) {
      List<TokenSequence> chosen = Arrays.stream(batch).mapToObj(sequences::get).toList();
      try (Scope scope = model.device().openScope();
          Ops ops = new EagerOps(model.device())) {
        List<Tensor> states = new ArrayList<>();
        model.forward(ops, TokenBatch.of(scope, chosen, model.info()), states);
        sums = sums == null ? new double[states.size() - 1] : sums;
        float[] before = states.get(0).toFloats();
        int width = Math.toIntExact(states.get(0).shape().dim(1));
        for (int block = 0; block < sums.length; block++) {
          float[] after = states.get(block + 1).toFloats();
          sums[block] += changes(before, after, width);
          before = after;
        }
      }
    }
    long tokens = Arrays.stream(lengths).asLongStream().sum();
    return Arrays.stream(sums).map(sum -> sum / tokens).toArray();
  }

  /** The sum over rows of 1 − cos. */
  static double changes(float[] before, float[] after, int width) {
    double sum = 0;
    for (int row = 0; row < before.length; row += width) {
      double product = 0;
      double ofBefore = 0;
      double ofAfter = 0;
      for (int i = row; i < row + width; i++) {
        product += (double) before[i] * after[i];
        ofBefore += (double) before[i] * before[i];
        ofAfter += (double) after[i] * after[i];
      }
      double norms = Math.sqrt(ofBefore) * Math.sqrt(ofAfter);
      sum += norms > 0 ? 1 - product / norms : 0;
    }
    return sum;
  }
}
