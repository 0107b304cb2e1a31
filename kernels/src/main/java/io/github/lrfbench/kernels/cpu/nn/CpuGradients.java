package io.github.lrfbench.kernels.cpu.nn;

import static io.github.lrfbench.kernels.cpu.memory.CpuTensor.ARGUMENTS;
import static io.github.lrfbench.kernels.cpu.memory.CpuTensor.INDICES;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cpu.memory.BlockPool;
import io.github.lrfbench.kernels.cpu.rows.DoubleRowMath;
import io.github.lrfbench.kernels.cpu.rows.FloatRowMath;
import io.github.lrfbench.kernels.cpu.rows.RowMath;
import io.github.lrfbench.kernels.host.GradientArguments;
import io.github.lrfbench.kernels.host.Workers;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.AttentionGuide;
import io.github.lrfbench.kernels.ops.Blas;
import io.github.lrfbench.kernels.ops.Dropout;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.ops.Segments;

/** {@link NnGradients} on the processor: checks the arguments and hands them to the kernels. */
public final class CpuGradients implements NnGradients {
  private record Kernels<A>(
      GradientKernels<A> rows,
      AttentionGradientKernel<A> attention,
      AttentionDivergenceKernel<A> divergence,
      MaskKernels<A> masks) {
    static <A> Kernels<A> of(RowMath<A> math, Workers workers, BlockPool pool) {
      return new Kernels<>(
          new GradientKernels<>(math, workers),
          new AttentionGradientKernel<>(math, workers, pool),
          new AttentionDivergenceKernel<>(math, workers, pool),
          new MaskKernels<>(math, workers));
    }
  }

  private static final GradientArguments CHECKS = new GradientArguments(ARGUMENTS, INDICES);

  private final Kernels<float[]> floats;
  private final Kernels<double[]> doubles;
  private final Blas blas;

  /** Gradients that these workers share. */
  public CpuGradients(Workers workers, BlockPool pool, Blas blas) {
    this.blas = blas;
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
  public void gemm(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    blas.gemm(transA, transB, alpha, a, b, beta, c);
  }

  @Override
  public void clear(Matrix x) {
    CHECKS.alike("clear", x);
    rows(x).clear(x);
  }

  @Override
  public void addScaled(double alpha, Matrix x, Matrix y) {
    CHECKS.alike("addScaled", x, y);
    rows(x).addScaled(alpha, x, y);
  }

  @Override
  public void addSquares(Matrix x, Matrix y) {
    CHECKS.alike("addSquares", x, y);
    rows(x).addSquares(x, y);
  }

  @Override
  public void multiply(Matrix x, Matrix y) {
    CHECKS.alike("multiply", x, y);
    rows(x).multiply(x, y);
  }

  @Override
  public void addColumnSums(Matrix x, Tensor sums) {
    CHECKS.addColumnSums(x, sums);
    rows(x).addColumnSums(x, sums);
  }

  @Override
  public void activate(Matrix x, Activation activation, Matrix y) {
    CHECKS.alike("activate", x, y);
    rows(x).activate(x, activation, y);
  }

  @Override
  public void activationGradient(Matrix x, Activation activation, Matrix dy, Matrix dx) {
    CHECKS.alike("activationGradient", x, dy, dx);
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
    CHECKS.layerNormGradient(x, bias, residual, gamma, dy, dgamma, dbeta, ds);
    rows(x).layerNormGradient(x, bias, residual, gamma, eps, dy, dgamma, dbeta, ds);
  }

  @Override
  public void addRows(Matrix dy, Tensor rows, Matrix dx) {
    int[] targets = CHECKS.addRows(dy, rows, dx);
    rows(dx).addRows(dy, targets, dx);
  }

  @Override
  public void addMasked(Matrix dy, Mask mask, Tensor dvalues) {
    CHECKS.addMasked(dy, mask, dvalues);
    kernels(dy.dtype()).masks().addMasked(dy, mask, dvalues);
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
    CHECKS.alike("attention", q, k, v, y);
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
    CHECKS.alike("attentionGradient", q, k, v, dy, dq, dk, dv);
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
    int[] offsets = CHECKS.segments(q, heads, segments);
    return new AttentionGradientKernel.Inputs(q, k, v, offsets, heads, scale, causal, dropout);
  }

  @Override
  public void attentionDivergence(
      Matrix q,
      Matrix k,
      AttentionGuide guide,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Matrix losses,
      Matrix dq,
      Matrix dk) {
    int[] offsets = CHECKS.attentionDivergence(q, k, guide, segments, heads, losses, dq, dk);
    AttentionDivergenceKernel.Inputs inputs =
        new AttentionDivergenceKernel.Inputs(q, k, guide, offsets, heads, scale, causal);
    kernels(q.dtype()).divergence().run(inputs, losses, dq, dk);
  }

  @Override
  public void softmaxGradient(Matrix y, double scale, Matrix dy, Matrix dx) {
    CHECKS.alike("softmaxGradient", y, dy, dx);
    rows(y).softmaxGradient(y, scale, dy, dx);
  }

  @Override
  public void addCrossEntropyGradient(Matrix x, Tensor targets, Tensor dlosses, Matrix dx) {
    int[] columns = CHECKS.addCrossEntropyGradient(x, targets, dlosses, dx);
    rows(x).addCrossEntropyGradient(x, columns, dlosses.toDoubles(), dx);
  }

  @Override
  public void addMeanPoolGradient(Matrix dy, Segments segments, Matrix dx) {
    int[] offsets = CHECKS.addMeanPoolGradient(dy, segments, dx);
    rows(dx).addMeanPoolGradient(dy, offsets, dx);
  }

  @Override
  public void dropout(Matrix x, Dropout dropout, Matrix y) {
    CHECKS.alike("dropout", x, y);
    rows(x).dropout(x, dropout, y);
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamWStep step) {
    CHECKS.adamW(parameter, gradient, mean, square);
    kernels(parameter.dtype()).rows().adamW(parameter, gradient, mean, square, step);
  }
}
