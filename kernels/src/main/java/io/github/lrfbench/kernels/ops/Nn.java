package io.github.lrfbench.kernels.ops;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;

/**
 * Operations of transformer networks, fused where that saves a pass over memory.
 *
 * <p>Letters: T tokens of all sequences, packed without padding; H hidden size; N heads; D = H / N;
 * B sequences; I inputs; O outputs. All floating-point arguments of one call have one type.
 */
public interface Nn {
  /**
   * {@code y = activation(x op(w) + bias)}, op being the transpose where the flag is set.
   *
   * @param x [T, I]
   * @param w [I, O], or [O, I] if transposed; the former is faster on some processors
   * @param bias [O], or null for none
   * @param y [T, O], modified; may be a slice of columns, overlaps no input
   */
  void linear(Matrix x, boolean transW, Matrix w, Tensor bias, Activation activation, Matrix y);

  /**
   * {@code y = activation((x down) up + bias)}, a linear layer whose matrix has rank R.
   *
   * @param x [T, I]
   * @param down [I, R]
   * @param up [R, O]
   * @param bias [O], or null for none
   * @param y [T, O], modified; may be a slice of columns, overlaps no input
   */
  default void lowRank(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    try (Scope work = x.device().openScope()) {
      Matrix middle = Matrix.of(work.allocate(x.dtype(), x.rows(), down.cols()));
      linear(x, false, down, null, Activation.NONE, middle);
      linear(middle, false, up, bias, activation, y);
    }
  }

  /**
   * {@code x = activation(x + bias)}, in place.
   *
   * @param x [T, O]
   * @param bias [O], or null for none
   */
  void biasActivation(Matrix x, Tensor bias, Activation activation);

  /**
   * {@code y = layerNorm(x + residual + bias) * gamma + beta} over each row (Ba et al. 2016): mean
   * and biased variance of the row, {@code eps} added to the variance.
   *
   * @param x [T, H]
   * @param bias [H], or null for none
   * @param residual [T, H], or null for none
   * @param gamma [H]
   * @param beta [H]
   * @param y [T, H], modified; may be x or the residual itself
   */
  void layerNorm(
      Matrix x, Tensor bias, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix y);

  /**
   * {@code sum = x + residual, y = layerNorm(sum) * gamma + beta}: what stands between the layers
   * of a network that norms the inputs of its layers and not their outputs.
   *
   * @param x [T, H]
   * @param residual [T, H]
   * @param gamma [H]
   * @param beta [H]
   * @param eps added to the variance
   * @param sum [T, H], modified; may be x or the residual itself
   * @param y [T, H], modified; overlaps no other argument
   */
  void addLayerNorm(
      Matrix x, Matrix residual, Tensor gamma, Tensor beta, double eps, Matrix sum, Matrix y);

  /**
   * Sums embeddings: {@code y[t] = word[ids[t]] + position[positions[t]] + type[types[t]]}.
   *
   * @param ids I32 [T]
   * @param word [vocabulary, H]
   * @param positions I32 [T], or null for none
   * @param position [positions, H], or null for none
   * @param types I32 [T], or null for none
   * @param type [types, H], or null for none
   * @param y [T, H], modified
   * @throws IndexOutOfBoundsException if an index is outside its table
   */
  void embed(
      Tensor ids,
      Matrix word,
      Tensor positions,
      Matrix position,
      Tensor types,
      Matrix type,
      Matrix y);

  /**
   * Scaled dot-product attention of every head within every sequence (Vaswani et al. 2017): {@code
   * y = softmax(scale q kᵀ) v}. Head h is columns {@code [h D, (h + 1) D)}.
   *
   * @param q [T, H]
   * @param k [T, H]
   * @param v [T, H]
   * @param segments the B sequences within the T rows
   * @param heads N
   * @param scale usually 1/√D
   * @param causal a token sees itself and those before it only
   * @param y [T, H], modified
   */
  void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix y);

  /**
   * Attention of one query of each of B sequences over keys and values that earlier calls have left
   * in a cache, of which a table says where each is: row {@code rows[s C + t]} holds those of token
   * t of sequence s. Head h is columns {@code [h D, (h + 1) D)}.
   *
   * @param q [B, H]
   * @param keys [R, H]
   * @param values [R, H]
   * @param rows I32 [B, C]
   * @param lengths I32 [B], tokens of each sequence, from 1 to C
   * @param heads N
   * @param scale usually 1/√D
   * @param y [B, H], modified; overlaps no other argument
   * @throws IndexOutOfBoundsException if a length or a row is outside its range
   */
  void cachedAttention(
      Matrix q,
      Matrix keys,
      Matrix values,
      Tensor rows,
      Tensor lengths,
      int heads,
      double scale,
      Matrix y);

  /**
   * How surprising each row's target is: {@code losses[i] = log Σ exp(x[i, j]) - x[i, targets[i]]},
   * the natural logarithm of the inverse of its probability.
   *
   * @param x logits, [T, V]
   * @param targets I32 [T], columns of x; -1 for a row that does not count and whose loss is 0
   * @param losses [T], modified
   * @throws IndexOutOfBoundsException if a target is outside x
   */
  void crossEntropy(Matrix x, Tensor targets, Tensor losses);

  /**
   * {@code x = softmax(scale x)} over the first {@code valid[i]} columns of each row i; the other
   * columns become 0, and so does a row with none valid.
   *
   * @param x [m, n], modified
   * @param valid I32 [m], or null if all columns count
   */
  void scaledMaskedSoftmax(Matrix x, double scale, Tensor valid);

  /**
   * Copies rows: {@code y[i] = x[rows[i]]}.
   *
   * @param x [T, H]
   * @param rows I32 [B]
   * @param y [B, H], modified
   */
  void gatherRows(Matrix x, Tensor rows, Matrix y);

  /**
   * Copies rows: {@code y[rows[i]] = x[i]}.
   *
   * @param x [B, H]
   * @param rows I32 [B], all different
   * @param y [T, H], of which these rows are modified
   * @throws IndexOutOfBoundsException if a row is outside y
   */
  void scatterRows(Matrix x, Tensor rows, Matrix y);

  /**
   * Copies columns: {@code y[t, i] = x[t, columns[i]]}, or 0 where that is -1. Of columns that are
   * all different, the backward pass is the same operation with the inverse of their numbers.
   *
   * @param x [T, H]
   * @param columns I32 [K]
   * @param y [T, K], modified; may be a slice of columns, does not overlap x
   * @throws IndexOutOfBoundsException if a column is outside x
   */
  void gatherColumns(Matrix x, Tensor columns, Matrix y);

  /**
   * {@code y += x}.
   *
   * @param x [T, H]
   * @param y [T, H], modified; may be a slice of columns, does not overlap x
   */
  void add(Matrix x, Matrix y);

  /**
   * Copies each of some equal parts of x's columns to the beginning of one of as many equal parts
   * of y's; what is left of these becomes 0.
   *
   * @param x [T, P K]
   * @param parts P
   * @param y [T, P N], N at least K, modified; may be a slice of columns, does not overlap x
   */
  void spread(Matrix x, int parts, Matrix y);

  /**
   * Transposes every row for itself: {@code y[t, j A + i] = x[t, i B + j]}, that is [T, A, B] to
   * [T, B, A]. With A and B exchanged it is its own inverse and its own backward pass.
   *
   * @param x [T, A B]
   * @param first A
   * @param second B
   * @param y [T, B A], modified; may be a slice of columns, does not overlap x
   */
  void swapAxes(Matrix x, int first, int second, Matrix y);

  /**
   * The Khatri-Rao product, column by column the Kronecker product: {@code y[i N + j, r] = a[i, r]
   * b[j, r]} (Kolda and Bader 2009). Of one row a, it scales b's columns.
   *
   * @param a [M, R]
   * @param b [N, R]
   * @param y [M N, R], modified; may be a slice of columns, overlaps no input
   */
  void khatriRao(Matrix a, Matrix b, Matrix y);

  /**
   * Expands the integer codes of a matrix, or of a tile of its rows, to numbers: {@code y[i, j] =
   * scales[i, g] (codes[i, j] - zeros[i, g])} with g = j / G rounded down (Jacob et al. 2018, with
   * groups as in Frantar et al. 2023). In single precision, in double for F64, then rounded once to
   * y's type.
   *
   * <p>Codes are constants and the expansion has no backward pass of its own: that of a layer whose
   * matrix was expanded needs products with the expanded matrix only.
   *
   * @param codes of 8 bits I8 [M, N], signed; of B fewer U8 [M, N B / 8 rounded up], code j, from 0
   *     to 2ᴮ - 1, being bits j B to j B + B - 1 of its row, the lowest of a byte first
   * @param bits B, 1 to 8
   * @param scales F32 [M, N / G rounded up]; where a row is one group, also a single number for all
   *     rows
   * @param zeros F32 of the same size, or null for the middle of the codes: 0 of 8 bits, 2ᴮ⁻¹ of
   *     fewer
   * @param group G, at least 1; N for one scale a row
   * @param y [M, N] of any floating-point type, modified
   */
  void dequantize(Matrix codes, int bits, Tensor scales, Tensor zeros, int group, Matrix y);

  /**
   * {@code y = activation(x ŵᵀ + bias)}, ŵ being what {@link #dequantize} makes of the codes, where
   * that is faster without writing ŵ to memory: of few rows on a GPU.
   *
   * @param x [T, N]
   * @param bias [M], or null for none
   * @param y [T, M], modified; may be a slice of columns, overlaps no input
   * @return false where nothing was done, and the codes are to be expanded first
   */
  default boolean codedLinear(
      Matrix x,
      Matrix codes,
      int bits,
      Tensor scales,
      Tensor zeros,
      int group,
      Tensor bias,
      Activation activation,
      Matrix y) {
    return false;
  }

  /**
   * Looks the numbers of a matrix up in tables: {@code y[i, j] = tables[i / R, codes[i, j]]}, i / R
   * rounded down (palettization, as in deep compression, Han et al. 2016). Rounded to y's type.
   * Like {@link #dequantize} it has no backward pass.
   *
   * @param codes U8 [M, N B / 8 rounded up], packed as of {@link #dequantize}; of 8 bits from 0 to
   *     255
   * @param bits B, 1 to 8
   * @param tables F32 [M / R rounded up, 2ᴮ]
   * @param rows R, at least 1
   * @param y [M, N] of any floating-point type, modified
   */
  void palette(Matrix codes, int bits, Tensor tables, int rows, Matrix y);

  /**
   * {@code y = activation(x ŵᵀ + bias)} with {@code ŵ[j, k] = scales[j] codes[j, k]}, whose inputs
   * are rounded to 8 bits, too, but for the large ones (LLM.int8(), Dettmers et al. 2022). A column
   * of x of which the magnitude in any row reaches the threshold is an outlier. Each row of x,
   * without its outliers, is rounded to whole multiples, from -127 to 127, of its largest magnitude
   * / 127, ties to the even one; one of magnitudes below 1e-36 counts as 0. The products of whole
   * numbers are summed, exactly up to 2²⁴, and multiplied by both scales. The outliers, of all
   * rows, are multiplied by ŵ in single precision.
   *
   * <p>Any row is one of this call: as no rows are padding, that is any token of the batch. So a
   * row's result may depend on the rows beside it, if by no more than rounding. It has no
   * derivative: a backward pass takes that of {@code x ŵᵀ}, straight through the rounding (Bengio
   * et al. 2013).
   *
   * @param x [T, I] of a type of up to 32 bits
   * @param codes I8 [O, I]
   * @param scales F32 [O]
   * @param threshold above 0; 0 if no column is an outlier
   * @param bias [O], or null for none
   * @param y [T, O], modified; may be a slice of columns, overlaps no input
   */
  void int8Linear(
      Matrix x,
      Matrix codes,
      Tensor scales,
      float threshold,
      Tensor bias,
      Activation activation,
      Matrix y);

  /**
   * Writes a matrix of which some elements are stored: {@code y[i, j]} is the next of the values
   * where the mask's bit is set, and 0 elsewhere.
   *
   * @param values of y's type, as many as the mask stores
   * @param y [M, N] of any floating-point type, modified
   */
  void unmask(Mask mask, Tensor values, Matrix y);

  /**
   * Adds a product to the largest elements of every row of y: {@code y[t, j] += Σ x[t, i] w[j, i]}
   * for the {@code count} columns j in which y[t] is largest, as the full view of SVD-softmax does
   * (Shim et al. 2017). Of equal elements those of smaller columns come first; NaN is larger than
   * any number. It has no backward pass: which columns are chosen has no derivative.
   *
   * @param x [T, I]
   * @param w [V, I]
   * @param count from 0 to V
   * @param y [T, V], modified; overlaps no other argument
   */
  void addToLargest(Matrix x, Matrix w, int count, Matrix y);

  /**
   * The mean of the rows of every sequence.
   *
   * @param x [T, H]
   * @param segments the B sequences, none empty
   * @param y [B, H], modified
   */
  void meanPool(Matrix x, Segments segments, Matrix y);
}
