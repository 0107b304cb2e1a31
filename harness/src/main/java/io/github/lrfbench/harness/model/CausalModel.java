package io.github.lrfbench.harness.model;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * A language model that predicts every token from those before it. Its {@link #forward} gives the
 * logits of the token that follows each sequence, [B, V].
 */
public interface CausalModel extends Model {
  /**
   * What the head reads: the hidden states after the last norm.
   *
   * @return [T, H]
   */
  Matrix states(Ops ops, TokenBatch batch);

  /**
   * The same from a block on, see {@link #forwardFrom}.
   *
   * @return [T, H]
   */
  Matrix statesFrom(Ops ops, TokenBatch batch, int from, Tensor state);

  /**
   * The head: logits of the token that follows each row's.
   *
   * @param states some rows of {@link #states}, [m, H]
   * @return [m, V]
   */
  Tensor logits(Ops ops, Matrix states);

  /** The name of the head's module, also where the head is the word embedding. */
  String headModule();

  /** The head where it is a map of its own; null where it is the word embedding. */
  Linear ownHead();

  /**
   * The same model, of the same weights, with its head among its slots: a copy of the word
   * embedding, which counts as none of its own until it is changed, where the head is that. The
   * caller closes it, and before this one.
   */
  CausalModel withHeadSlot();

  /** The type of the model's numbers. */
  DType dtype();

  /**
   * An empty cache for this model.
   *
   * @param sequences the most sequences at a time
   * @param capacity the most tokens of each
   */
  KeyValueCache openCache(int sequences, int capacity);

  /**
   * Reads the beginnings of sequences, for which {@link KeyValueCache#fill} has made room. Like
   * {@link #decode} it can be captured.
   *
   * @return [B, V], logits of the token that follows each
   */
  Tensor prefill(Ops ops, TokenBatch prompts, KeyValueCache cache);

  /**
   * Reads one more token of every sequence in a cache, for which {@link KeyValueCache#extend} has
   * made room. It reads and writes the device's memory only, so that it can be captured.
   *
   * @return [B, V], logits of the token that follows each
   */
  Tensor decode(Ops ops, KeyValueCache cache);

  /**
   * Floating-point operations of {@link #prefill} for a sequence, counted as in {@link #flops}.
   *
   * @param length tokens
   */
  long prefillFlops(int length);

  /**
   * Those of {@link #decode} for a sequence.
   *
   * @param length tokens with the one that is read
   */
  long decodeFlops(int length);
}
