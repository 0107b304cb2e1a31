package io.github.lrfbench.harness.model.bert;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.model.TokenBatch;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Tensor;

/**
 * One token of each of a batch's B sequences, which sees all C of the longest or fewer.
 *
 * @param rows I32 [B], where they are
 * @param seen I32 [B, C], the rows that each sees
 * @param lengths I32 [B], how many that are
 */
record SingleTokens(Tensor rows, Tensor seen, Tensor lengths) {
  /**
   * Tokens that see their whole sequences.
   *
   * @param ops whose results live as long
   * @param rows I32 [B], a row of each sequence
   */
  static SingleTokens of(Ops ops, TokenBatch batch, Tensor rows) {
    int[] lengths = batch.lengths();
    int longest = batch.segments().maxLength();
    int[] seen = new int[lengths.length * longest];
    int row = 0;
    for (int s = 0; s < lengths.length; s++) {
      for (int t = 0; t < lengths[s]; t++) {
        seen[s * longest + t] = row++;
      }
    }
    return new SingleTokens(
        rows,
        write(ops.allocate(DType.I32, lengths.length, longest), seen),
        write(ops.allocate(DType.I32, lengths.length), lengths));
  }

  private static Tensor write(Tensor tensor, int... numbers) {
    tensor.write(0, numbers, 0, numbers.length);
    return tensor;
  }

  int count() {
    return Math.toIntExact(rows.shape().size());
  }
}
