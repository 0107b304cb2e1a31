package io.github.lrfbench.harness.linear;

import io.github.lrfbench.harness.autograd.Ops;
import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/**
 * A table of vectors, one for each word, as a linear map: a word is a vector of as many numbers as
 * there are words, a 1 and else zeros, so that its embedding is a column of W [width, words]. Of W
 * those columns are computed that are looked up. {@link #flopsPerRow} is what {@link #score} takes.
 */
public interface Table extends Linear {
  /**
   * Looks words up: {@code y[t] = W[:, ids[t]]}.
   *
   * @param ids I32 [T], numbers of words
   * @param y [T, width], modified, without gaps between its rows
   */
  void lookUp(Ops ops, Tensor ids, Matrix y);

  /** Floating-point operations of {@link #lookUp} for one word. */
  long lookUpFlops();

  /**
   * {@code y = x W}: the products of vectors with those of all words, which are the logits of a
   * head that is tied to the table.
   *
   * @param x [T, width], without gaps between its rows
   * @param y [T, words], modified
   */
  void score(Ops ops, Matrix x, Matrix y);

  @Override
  Table copyTo(Scope scope, DType dtype);
}
