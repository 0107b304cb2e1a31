package io.github.lrfbench.kernels.cpu;

import static io.github.lrfbench.kernels.cpu.CpuTensor.ARGUMENTS;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.Dropout;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.ops.Segments;

/** {@link NnGradients} on the processor: checks the arguments and hands them to the kernels. */
final class CpuGradients implements NnGradients {
  private record Kernels<A>(GradientKernels<A> rows, AttentionGradientKernel<A> attention) {
    static <A> Kernels<A> of(RowMath<A> math, Workers workers, BlockPool pool) {
      return new Kernels<>(
          new GradientKernels<>(math, workers), new AttentionGradientKernel<>(math, workers, pool));
    }
  }

  private final Kernels<float[]> floats;
  private final Kernels<double[]> doubles;

  CpuGradients(Workers workers, BlockPool pool) {
    floats = Kernels.of(FloatRowMath.INSTANCE, workers, pool);
    doubles = Kernels.of(DoubleRowMath.INSTANCE, workers, pool);
  }

  private Kernels<?> kernels(DType dtype) {
    return dtype == DType.F64 ? doubles : floats;
  }

  private GradientKernels<?> rows(Matrix matrix) {
    return kernels(matrix.dtype()).rows();
  }

  @Override
  public void clear(Matrix x) {
    ARGUMENTS.requireFloating("clear", x);
    rows(x).clear(x);
  }

  @Override
  public void addScaled(double alpha, Matrix x, Matrix y) {
    requireAlike("addScaled", x, y);
    rows(x).addScaled(alpha, x, y);
  }

  @Override
  public void addSquares(Matrix x, Matrix y) {
    requireAlike("addSquares", x, y);
    rows(x).addSquares(x, y);
  }

  @Override
  public void addColumnSums(Matrix x, Tensor sums) {
    ARGUMENTS.requireFloating("addColumnSums", x);
    ARGUMENTS.requireVector("addColumnSums", sums, x.cols(), x.dtype());
    rows(x).addColumnSums(x, sums);
  }

  @Override
  public void activate(Matrix x, Activation activation, Matrix y) {
    requireAlike("activate", x, y);
    rows(x).activate(x, activation, y);
  }

  @Override
  public void activationGradient(Matrix x, Activation activation, Matrix dy, Matrix dx) {
    requireAlike("activationGradient", x, dy, dx);
    rows(x).activationGradient(x, activation, dy, dx);
  }

  @Override
  public void layerNormGradient(
      Matrix x,
      Tensor bias,
      Matrix residual,
      Tensor gamma,
      double eps,
      Matrix dy,
      Tensor dgamma,
      Tensor dbeta,
      Matrix ds) {
    requireAlike("layerNormGradient", x, residual == null ? x : residual, dy, ds);
    for (Tensor vector : new Tensor[] {bias == null ? gamma : bias, gamma, dgamma, dbeta}) {
      ARGUMENTS.requireVector("layerNormGradient", vector, x.cols(), x.dtype());
    }
    rows(x).layerNormGradient(x, bias, residual, gamma, eps, dy, dgamma, dbeta, ds);
  }

  @Override
  public void addRows(Matrix dy, Tensor rows, Matrix dx) {
    ARGUMENTS.requireOneType("addRows", dy, dx);
    ARGUMENTS.requireShapes(dy.cols() == dx.cols(), "addRows", dy, dx);
    rows(dx).addRows(dy, Indices.rows("row", rows, dx, dy.rows()), dx);
  }

  @Override
  public void attention(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Dropout dropout,
      Matrix y) {
    requireAlike("attention", q, k, v, y);
    AttentionGradientKernel.Inputs inputs =
        inputs(q, k, v, segments, heads, scale, causal, dropout);
    kernels(q.dtype()).attention().forward(inputs, y);
  }

  @Override
  public void attentionGradient(
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
      Matrix dv) {
    requireAlike("attentionGradient", q, k, v, dy, dq, dk, dv);
    AttentionGradientKernel.Inputs inputs =
        inputs(q, k, v, segments, heads, scale, causal, dropout);
    kernels(q.dtype()).attention().backward(inputs, dy, dq, dk, dv);
  }

  private static AttentionGradientKernel.Inputs inputs(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Dropout dropout) {
    ARGUMENTS.requireShapes(heads > 0 && q.cols() % heads == 0, "attention", q);
    int[] offsets = Indices.offsets(segments, q.rows());
    return new AttentionGradientKernel.Inputs(q, k, v, offsets, heads, scale, causal, dropout);
  }

  @Override
  public void softmaxGradient(Matrix y, double scale, Matrix dy, Matrix dx) {
    requireAlike("softmaxGradient", y, dy, dx);
    rows(y).softmaxGradient(y, scale, dy, dx);
  }

  @Override
  public void addMeanPoolGradient(Matrix dy, Segments segments, Matrix dx) {
    ARGUMENTS.requireOneType("addMeanPoolGradient", dy, dx);
    ARGUMENTS.requireShapes(
        dy.cols() == dx.cols() && dy.rows() == segments.count(), "addMeanPoolGradient", dy, dx);
    rows(dx).addMeanPoolGradient(dy, Indices.offsets(segments, dx.rows()), dx);
  }

  @Override
  public void dropout(Matrix x, Dropout dropout, Matrix y) {
    requireAlike("dropout", x, y);
    rows(x).dropout(x, dropout, y);
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamWStep step) {
    DType dtype = parameter.dtype();
    if (!dtype.isFloating()) {
      throw new IllegalArgumentException("adamW of " + dtype);
    }
    long size = parameter.shape().size();
    for (Tensor tensor : new Tensor[] {parameter, gradient, mean, square}) {
      ARGUMENTS.requireVector("adamW", tensor, size, dtype);
    }
    kernels(dtype).rows().adamW(parameter, gradient, mean, square, step);
  }

  private static void requireAlike(String operation, Matrix first, Matrix... others) {
    ARGUMENTS.requireOneType(operation, first, others);
    for (Matrix other : others) {
      ARGUMENTS.requireShapes(
          other.rows() == first.rows() && other.cols() == first.cols(), operation, first, other);
    }
  }
}
