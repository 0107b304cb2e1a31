package io.github.lrfbench.kernels.cuda.nn;

import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.blas.Gemm;
import io.github.lrfbench.kernels.cuda.module.Grid;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;
import io.github.lrfbench.kernels.cuda.stream.CudaBuffer;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.ElementTypes;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.cuda.tensor.Operand;
import io.github.lrfbench.kernels.cuda.tensor.RowLaunch;
import io.github.lrfbench.kernels.host.GradientArguments;
import io.github.lrfbench.kernels.host.Indices;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.AttentionGuide;
import io.github.lrfbench.kernels.ops.Dropout;
import io.github.lrfbench.kernels.ops.Mask;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.ops.Segments;

/** {@link NnGradients} on a GPU, in F32 and F64. Nothing waits for the device. */
public final class CudaGradients implements NnGradients {
  private static final int THREADS = 256;
  private static final int WARP = 32;

  private final Gpu device;
  private final GradientArguments arguments;
  private final AttentionLauncher attention;
  private final Gemm products;

  /** Gradients of a device, with these products. */
  public CudaGradients(Gpu device, Gemm products) {
    this.device = device;
    this.products = products;
    Indices indices = new Indices(device.arguments(), tensor -> CudaTensor.of(tensor).hostInts());
    arguments = new GradientArguments(device.arguments(), indices);
    attention = new AttentionLauncher(device);
  }

  @Override
  public void gemm(
      boolean transA, boolean transB, double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    device.arguments().requireProduct("gemm", transA, transB, a, b, c);
    products.run(transA, transB, alpha, a, b, beta, c);
  }

  @Override
  public void clear(Matrix x) {
    arguments.alike("clear", x);
    elementwise("clear", x);
  }

  @Override
  public void addScaled(double alpha, Matrix x, Matrix y) {
    arguments.alike("addScaled", x, y);
    elementwise("add_scaled", new Object[] {alpha}, x, y);
  }

  @Override
  public void addSquares(Matrix x, Matrix y) {
    arguments.alike("addSquares", x, y);
    elementwise("add_squares", x, y);
  }

  @Override
  public void multiply(Matrix x, Matrix y) {
    arguments.alike("multiply", x, y);
    elementwise("multiply", x, y);
  }

  @Override
  public void addColumnSums(Matrix x, Tensor sums) {
    arguments.addColumnSums(x, sums);
    launch(
        variant("column_sums", x),
        "column_sums",
        Grid.covering(x.cols(), WARP),
        THREADS,
        CudaTensor.address(x),
        (long) x.stride(),
        address(sums),
        x.rows(),
        x.cols());
  }

  @Override
  public void activate(Matrix x, Activation activation, Matrix y) {
    arguments.alike("activate", x, y);
    elementwise(variant("activation", x).with("ACTIVATION", activation), new Object[0], x, y);
  }

  @Override
  public void activationGradient(Matrix x, Activation activation, Matrix dy, Matrix dx) {
    arguments.alike("activationGradient", x, dy, dx);
    elementwise(
        variant("activation_gradient", x).with("ACTIVATION", activation), new Object[0], x, dy, dx);
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
    arguments.layerNormGradient(x, bias, residual, gamma, dy, dgamma, dbeta, ds);
    if (x.rows() == 0 || x.cols() == 0) {
      return;
    }
    KernelVariant variant = variant("layer_norm_gradient", x);
    Operand added = Operand.of(residual);
    long biases = Operand.of(bias).address();
    try (CudaBuffer statistics = device.scratch(2L * x.rows() * x.dtype().bytes())) {
      launch(
          variant,
          "layer_norm_statistics",
          Grid.of(x.rows()),
          THREADS,
          CudaTensor.address(x),
          (long) x.stride(),
          biases,
          added.address(),
          added.stride(),
          eps,
          statistics.address(),
          x.cols());
      launch(
          variant,
          "layer_norm_columns",
          Grid.covering(x.cols(), WARP),
          THREADS,
          CudaTensor.address(x),
          (long) x.stride(),
          biases,
          added.address(),
          added.stride(),
          statistics.address(),
          CudaTensor.address(dy),
          (long) dy.stride(),
          address(dgamma),
          address(dbeta),
          x.rows(),
          x.cols());
      launch(
          variant,
          "layer_norm_gradient",
          Grid.of(x.rows()),
          THREADS,
          CudaTensor.address(x),
          (long) x.stride(),
          biases,
          added.address(),
          added.stride(),
          statistics.address(),
          address(gamma),
          CudaTensor.address(dy),
          (long) dy.stride(),
          CudaTensor.address(ds),
          (long) ds.stride(),
          x.cols());
    }
  }

  @Override
  public void addRows(Matrix dy, Tensor rows, Matrix dx) {
    arguments.addRows(dy, rows, dx);
    launch(
        variant("add_rows", dx),
        "add_rows",
        Grid.covering((long) dy.rows() * dy.cols(), THREADS),
        THREADS,
        CudaTensor.address(dy),
        (long) dy.stride(),
        address(rows),
        CudaTensor.address(dx),
        (long) dx.stride(),
        dy.rows(),
        dy.cols(),
        dx.rows());
  }

  @Override
  public void addMasked(Matrix dy, Mask mask, Tensor dvalues) {
    arguments.addMasked(dy, mask, dvalues);
    launch(
        variant("add_masked", dy),
        "add_masked",
        Grid.covering((long) dy.rows() * WARP, THREADS),
        THREADS,
        CudaTensor.address(dy),
        (long) dy.stride(),
        CudaTensor.address(mask.bits()),
        (long) mask.bits().stride(),
        address(mask.offsets()),
        address(dvalues),
        dy.rows(),
        dy.cols());
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
    arguments.alike("attention", q, k, v, y);
    attention.run(call(q, k, v, segments, heads, scale, causal, dropout), y);
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
    arguments.alike("attentionGradient", q, k, v, dy, dq, dk, dv);
    attention.runGradient(call(q, k, v, segments, heads, scale, causal, dropout), dy, dq, dk, dv);
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
    int[] offsets = arguments.attentionDivergence(q, k, guide, segments, heads, losses, dq, dk);
    AttentionCall call =
        AttentionCall.of(q, k, guide.k(), segments, offsets, heads, scale, causal, Dropout.NONE);
    attention.runDivergence(call, guide, losses, dq, dk);
  }

  private AttentionCall call(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int heads,
      double scale,
      boolean causal,
      Dropout dropout) {
    int[] offsets = arguments.segments(q, heads, segments);
    return AttentionCall.of(q, k, v, segments, offsets, heads, scale, causal, dropout);
  }

  @Override
  public void softmaxGradient(Matrix y, double scale, Matrix dy, Matrix dx) {
    arguments.alike("softmaxGradient", y, dy, dx);
    int vector = Operand.vector(y.dtype(), Operand.of(y), Operand.of(dy), Operand.of(dx));
    RowLaunch row = RowLaunch.of("softmaxGradient", y.cols(), vector);
    launch(
        row.in(variant("softmax_gradient", y).with("VECTOR", vector)),
        "softmax_gradient",
        Grid.of(y.cols() == 0 ? 0 : y.rows()),
        row.threads(),
        CudaTensor.address(y),
        (long) y.stride(),
        scale,
        CudaTensor.address(dy),
        (long) dy.stride(),
        CudaTensor.address(dx),
        (long) dx.stride(),
        y.cols());
  }

  @Override
  public void addCrossEntropyGradient(Matrix x, Tensor targets, Tensor dlosses, Matrix dx) {
    arguments.addCrossEntropyGradient(x, targets, dlosses, dx);
    launch(
        variant("cross_entropy_gradient", x),
        "cross_entropy_gradient",
        Grid.of(x.cols() == 0 ? 0 : x.rows()),
        THREADS,
        CudaTensor.address(x),
        (long) x.stride(),
        address(targets),
        address(dlosses),
        CudaTensor.address(dx),
        (long) dx.stride(),
        x.cols());
  }

  @Override
  public void addMeanPoolGradient(Matrix dy, Segments segments, Matrix dx) {
    arguments.addMeanPoolGradient(dy, segments, dx);
    launch(
        variant("mean_pool_gradient", dx),
        "mean_pool_gradient",
        new Grid((dx.cols() + WARP - 1L) / WARP, dy.rows(), 1),
        THREADS,
        CudaTensor.address(dy),
        (long) dy.stride(),
        address(segments.offsets()),
        CudaTensor.address(dx),
        (long) dx.stride(),
        dx.rows(),
        dx.cols());
  }

  @Override
  public void dropout(Matrix x, Dropout dropout, Matrix y) {
    arguments.alike("dropout", x, y);
    elementwise("dropout", new Object[] {dropout.rate(), dropout.seed()}, x, y);
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamWStep step) {
    arguments.adamW(parameter, gradient, mean, square);
    long size = parameter.shape().size();
    launch(
        ElementTypes.variant("adamw", parameter.dtype()),
        "adamw",
        Grid.covering(size, THREADS),
        THREADS,
        address(parameter),
        address(gradient),
        address(mean),
        address(square),
        size,
        step.gradientScale(),
        step.beta1(),
        step.beta2(),
        step.epsilon(),
        step.learningRate() / (1 - Math.pow(step.beta1(), step.step())),
        Math.sqrt(1 - Math.pow(step.beta2(), step.step())),
        1 - step.learningRate() * step.weightDecay());
  }

  private void elementwise(String operation, Matrix... matrices) {
    elementwise(operation, new Object[0], matrices);
  }

  private void elementwise(String operation, Object[] scalars, Matrix... matrices) {
    elementwise(variant(operation, matrices[0]), scalars, matrices);
  }

  /** Runs a kernel whose parameters are matrices of one shape, that shape, and scalars. */
  private void elementwise(KernelVariant variant, Object[] scalars, Matrix... matrices) {
    Matrix first = matrices[0];
    Operand[] operands = new Operand[matrices.length];
    Object[] all = new Object[2 * matrices.length + 2 + scalars.length];
    for (int i = 0; i < matrices.length; i++) {
      operands[i] = Operand.of(matrices[i]);
      all[2 * i] = operands[i].address();
      all[2 * i + 1] = operands[i].stride();
    }
    all[2 * matrices.length] = first.rows();
    all[2 * matrices.length + 1] = first.cols();
    System.arraycopy(scalars, 0, all, 2 * matrices.length + 2, scalars.length);
    int vector = Operand.vector(first.dtype(), operands);
    launch(
        variant.with("VECTOR", vector),
        variant.operation(),
        Grid.covering((long) first.rows() * (first.cols() / vector), THREADS),
        THREADS,
        all);
  }

  private void launch(
      KernelVariant variant, String function, Grid grid, int threads, Object... all) {
    if (!grid.isEmpty()) {
      device
          .modules()
          .kernel(variant, function)
          .launch(device.stream().handle(), grid, threads, 0, all);
    }
  }

  private static KernelVariant variant(String operation, Matrix x) {
    return ElementTypes.variant(operation, x.dtype());
  }

  private static long address(Tensor tensor) {
    return CudaTensor.of(tensor).address();
  }
}
