package io.github.lrfbench.kernels.ops;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;

/**
 * What training needs beside {@link Nn} and {@link Blas}: the backward passes of the operations,
 * dropout and the optimizer's step.
 *
 * <p>The gradient of the loss with respect to a value is called d and the value's name. Letters are
 * those of {@link Nn}. All floating-point arguments of one call have one type, F32 or F64.
 */
public interface NnGradients {
  /**
   * The products of backward passes: {@code c = alpha op(a) op(b) + beta c} as {@link Blas#gemm},
   * but with factors rounded as those of {@link Nn#linear} are.
   *
   * @param a [m, k], or [k, m] if transposed
   * @param b [k, n], or [n, k] if transposed
   * @param beta 0 ignores what c holds, NaN included
   * @param c [m, n], modified; overlaps neither a nor b
   */
  void gemm(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c);

  /** {@code x = 0}, whatever x holds. */
  void clear(Matrix x);

  /** {@code y += alpha x}; both [m, n]. */
  void addScaled(double alpha, Matrix x, Matrix y);

  /** {@code y += x²}, element by element; both [m, n]. */
  void addSquares(Matrix x, Matrix y);

  /** {@code y = y x}, element by element; both [m, n]. */
  void multiply(Matrix x, Matrix y);

  /**
   * {@code sums += the sum of the rows of x}: the gradient of a bias.
   *
   * @param x [m, n]
   * @param sums [n], modified
   */
  void addColumnSums(Matrix x, Tensor sums);

  /** {@code y = activation(x)}; both [m, n]. */
  void activate(Matrix x, Activation activation, Matrix y);

  /**
   * {@code dx = dy activation'(x)}, element by element; all [m, n].
   *
   * @param dx modified; may be dy
   */
  void activationGradient(Matrix x, Activation activation, Matrix dy, Matrix dx);

  /**
   * The backward pass of {@link Nn#layerNorm}. With s = x + residual + bias, z = (s - mean) / σ and
   * g = dy γ: ds = (g - mean(g) - z mean(g z)) / σ, which is the gradient of x, residual and
   * (summed over rows) bias alike.
   *
   * @param x [T, H]
   * @param bias [H], or null for none
   * @param residual [T, H], or null for none
   * @param gamma γ, [H]
   * @param dy [T, H]
   * @param dgamma [H], to which Σ dy z is added
   * @param dbeta [H], to which Σ dy is added
   * @param ds [T, H], modified; may be dy
   */
  void layerNormGradient(
      Matrix x,
      Tensor bias,
      Matrix residual,
      Tensor gamma,
      double eps,
      Matrix dy,
      Tensor dgamma,
      Tensor dbeta,
      Matrix ds);

  /**
   * {@code dx[rows[i]] += dy[i]}: the backward pass of taking rows.
   *
   * @param dy [B, H]
   * @param rows I32 [B], may repeat
   * @param dx [T, H], modified
   * @throws IndexOutOfBoundsException if a row is outside dx
   */
  void addRows(Matrix dy, Tensor rows, Matrix dx);

  /**
   * The backward pass of {@link Nn#unmask}: to the gradient of every stored value that of its
   * element is added.
   *
   * @param dy [M, N]
   * @param dvalues as many as the mask stores, modified
   */
  void addMasked(Matrix dy, Mask mask, Tensor dvalues);

  /** {@link Nn#attention} with dropout of the probabilities. */
  void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Dropout dropout,
      Matrix y);

  /**
   * The backward pass of attention, which computes the probabilities P anew. With the kept
   * probabilities P' = P m, m being dropout's factors: dv = P'ᵀ dy, dP = (dy vᵀ) m, dS = P (dP -
   * rowsum(dP P)), dq = scale dS k, dk = scale dSᵀ q.
   *
   * @param dy [T, H]
   * @param dq [T, H], modified; overlaps no other argument
   * @param dk [T, H], modified; likewise
   * @param dv [T, H], modified; likewise
   */
  void attentionGradient(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Dropout dropout,
      Matrix dy,
      Matrix dq,
      Matrix dk,
      Matrix dv);

  /**
   * How far the attention of every token in every head is from a guide's, and the gradients of the
   * sum of all that. With the scores S = scale q kᵀ of a token and a head, G those of the guide, P
   * and R their softmax over the keys that the token sees, and the guide's weights μ of maps and σ
   * of scores: {@code loss = Σ μ R log(R / P) + σ (S - G)²} over these keys, dS = μ (P - R) + 2 σ
   * (S - G), dq = scale dS k, dk = scale dSᵀ q.
   *
   * @param q [T, H]
   * @param k [T, H]
   * @param segments the B sequences within the T rows
   * @param heads N
   * @param causal a token sees itself and those before it only
   * @param losses [T, N], modified; overlaps no other argument
   * @param dq [T, H], modified; likewise
   * @param dk [T, H], modified; likewise
   */
  void attentionDivergence(
      Matrix q,
      Matrix k,
      AttentionGuide guide,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix losses,
      Matrix dq,
      Matrix dk);

  /**
   * The backward pass of {@link Nn#scaledMaskedSoftmax}: {@code dx = scale y (dy - rowsum(dy y))}.
   *
   * @param y the softmax, [m, n]
   * @param dx [m, n], modified; may be dy
   */
  void softmaxGradient(Matrix y, double scale, Matrix dy, Matrix dx);

  /**
   * The backward pass of {@link Nn#crossEntropy}: {@code dx[i] += dlosses[i] (softmax(x[i]) -
   * onehot(targets[i]))}; nothing is added to rows whose target is -1.
   *
   * @param x logits, [T, V]
   * @param targets I32 [T]
   * @param dlosses [T]
   * @param dx [T, V], modified; does not overlap x
   */
  void addCrossEntropyGradient(Matrix x, Tensor targets, Tensor dlosses, Matrix dx);

  /**
   * The backward pass of {@link Nn#meanPool}: every row of a sequence of dx gains the sequence's
   * row of dy, divided by the sequence's length.
   *
   * @param dy [B, H]
   * @param dx [T, H], modified
   */
  void addMeanPoolGradient(Matrix dy, Segments segments, Matrix dx);

  /**
   * {@code y = x} times dropout's factors, element (i, j) having number i n + j. It is its own
   * backward pass.
   *
   * @param x [m, n]
   * @param y [m, n], modified; may be x
   */
  void dropout(Matrix x, Dropout dropout, Matrix y);

  /**
   * One step of AdamW: with g = gradientScale gradient, {@code mean = β₁ mean + (1 - β₁) g, square
   * = β₂ square + (1 - β₂) g², parameter = (1 - η λ) parameter - η m̂ / (√ŝ + ε)}, the hats
   * dividing by 1 - βᵗ.
   *
   * @param parameter modified
   * @param gradient of the same size
   * @param mean of the same size, modified; zeros before the first step
   * @param square of the same size, modified; zeros before the first step
   */
  void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamWStep step);
}
