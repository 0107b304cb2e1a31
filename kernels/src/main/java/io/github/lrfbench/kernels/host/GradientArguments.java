package io.github.lrfbench.kernels.host;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.ops.AttentionGuide;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.ops.Segments;

/**
 * Checks the arguments of {@link NnGradients}' operations, which its Javadoc describes; it throws
 * what {@link NnArguments} throws.
 */
public final class GradientArguments {
  private final Arguments arguments;
  private final Indices indices;

  /** Checks for a device. */
  public GradientArguments(Arguments arguments, Indices indices) {
    this.arguments = arguments;
    this.indices = indices;
  }

  /** Checks matrices of one shape, F32 or F64. */
  public void alike(String operation, Matrix first, Matrix... others) {
    oneType(operation, first, others);
    for (Matrix other : others) {
      arguments.requireShapes(
          other.rows() == first.rows() && other.cols() == first.cols(), operation, first, other);
    }
  }

  private void oneType(String operation, Matrix first, Matrix... others) {
    arguments.requireOneType(operation, first, others);
    computable(operation, first.dtype());
  }

  private static void computable(String operation, DType dtype) {
    if (dtype != DType.F32 && dtype != DType.F64) {
      throw new IllegalArgumentException(operation + " of " + dtype + ", not F32 or F64");
    }
  }

  /** Checks {@link NnGradients#addColumnSums}. */
  public void addColumnSums(Matrix x, Tensor sums) {
    alike("addColumnSums", x);
    arguments.requireVector("addColumnSums", sums, x.cols(), x.dtype());
  }

  /** Checks {@link NnGradients#layerNormGradient}. */
  public void layerNormGradient(
      Matrix x,
      Tensor bias,
      Matrix residual,
      Tensor gamma,
      Matrix dy,
      Tensor dgamma,
      Tensor dbeta,
      Matrix ds) {
    alike("layerNormGradient", x, residual == null ? x : residual, dy, ds);
    for (Tensor vector : new Tensor[] {bias == null ? gamma : bias, gamma, dgamma, dbeta}) {
      arguments.requireVector("layerNormGradient", vector, x.cols(), x.dtype());
    }
  }

  /**
   * Checks {@link NnGradients#addRows}.
   *
   * @return the rows to add to
   */
  public int[] addRows(Matrix dy, Tensor rows, Matrix dx) {
    oneType("addRows", dy, dx);
    arguments.requireShapes(dy.cols() == dx.cols(), "addRows", dy, dx);
    return indices.rows("row", rows, dx, dy.rows());
  }

  /** Checks {@link NnGradients#addMasked}. */
  public void addMasked(Matrix dy, Mask mask, Tensor dvalues) {
    alike("addMasked", dy);
    arguments.requireMask("addMasked", mask, dvalues, dy);
  }

  /**
   * Checks the heads and segments of attention.
   *
   * @return the segments' offsets
   */
  public int[] segments(Matrix q, int heads, Segments segments) {
    arguments.requireShapes(heads > 0 && q.cols() % heads == 0, "attention", q);
    return indices.offsets(segments, q.rows());
  }

  /**
   * Checks {@link NnGradients#attentionDivergence}.
   *
   * @return the segments' offsets
   */
  public int[] attentionDivergence(
      Matrix q,
      Matrix k,
      AttentionGuide guide,
      Segments segments,
      int heads,
      Matrix losses,
      Matrix dq,
      Matrix dk) {
    alike("attentionDivergence", q, k, guide.q(), guide.k(), dq, dk);
    oneType("attentionDivergence", q, losses);
    arguments.requireShapes(
        losses.rows() == q.rows() && losses.cols() == heads, "attentionDivergence", q, losses);
    return segments(q, heads, segments);
  }

  /**
   * Checks {@link NnGradients#addCrossEntropyGradient}.
   *
   * @return the targets
   */
  public int[] addCrossEntropyGradient(Matrix x, Tensor targets, Tensor dlosses, Matrix dx) {
    alike("addCrossEntropyGradient", x, dx);
    arguments.requireVector("addCrossEntropyGradient", dlosses, x.rows(), x.dtype());
    return indices.targets(targets, x);
  }

  /**
   * Checks {@link NnGradients#addMeanPoolGradient}.
   *
   * @return the segments' offsets
   */
  public int[] addMeanPoolGradient(Matrix dy, Segments segments, Matrix dx) {
    oneType("addMeanPoolGradient", dy, dx);
    arguments.requireShapes(
        dy.cols() == dx.cols() && dy.rows() == segments.count(), "addMeanPoolGradient", dy, dx);
    return indices.offsets(segments, dx.rows());
  }

  /** Checks {@link NnGradients#adamW}. */
  public void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor square) {
    DType dtype = parameter.dtype();
    computable("adamW", dtype);
    long size = parameter.shape().size();
    for (Tensor tensor : new Tensor[] {parameter, gradient, mean, square}) {
      arguments.requireVector("adamW", tensor, size, dtype);
    }
  }
}
