package io.github.lrfbench.harness.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.harness.linear.Linear;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import java.util.List;

/**
 * What makes the first hidden states of tokens, and the logits of a head that is tied to the words.
 *
 * <p>Letters: T tokens, H numbers of a hidden state, V words.
 */
public interface InputLayer {
  /** What kind it is, in a word: {@code sum}, {@code safe}. */
  String form();

  /** H. */
  int width();

  /** The type in which it computes. */
  DType dtype();

  /** The tables of words that methods of such may replace; none where words have no H numbers. */
  List<LinearSlot> tables(InputNames names);

  /** The same layer with what replacements have for its tables. */
  InputLayer with(InputNames names, Replacements placed);

  /**
   * The hidden states of tokens.
   *
   * @return [T, H]
   */
  Matrix forward(Ops ops, InputPass pass);

  /** Numbers of a key, and of a value, of its attention; 0 where tokens do not see each other. */
  int attentionWidth();

  /**
   * Floating-point operations of {@link #forward}.
   *
   * @param tokens T
   * @param seen how many pairs of tokens see each other
   */
  long flops(long tokens, long seen);

  /**
   * Logits of a head that is tied to the words.
   *
   * @param x [T, H], without gaps between its rows
   * @param y [T, V], modified
   */
  void score(Ops ops, Matrix x, Matrix y);

  /** Floating-point operations of {@link #score} for one token. */
  long scoreFlops();

  /**
   * That head as a map of its own; null where it reads what no such map could be tied to.
   *
   * @param scope owns it
   */
  Linear untiedHead(Scope scope);

  /** What it is made of. */
  List<ModelPart> parts(InputNames names);

  /** Whether other programs know its kind, whatever form its table has. */
  boolean isCommon();

  /**
   * Tells what neither the weights' shapes do nor the forms of tables.
   *
   * @param block of a checkpoint, modified
   */
  default void describe(InputNames names, ObjectNode block) {}

  /** The same layer in memory of another scope, its numbers in a type. */
  InputLayer copyTo(Scope scope, DType dtype);
}
