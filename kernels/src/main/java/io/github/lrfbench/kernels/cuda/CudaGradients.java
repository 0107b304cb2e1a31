package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.module.Grid;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;
import io.github.lrfbench.kernels.host.Arguments;
import io.github.lrfbench.kernels.host.Indices;
import io.github.lrfbench.kernels.ops.Activation;
import io.github.lrfbench.kernels.ops.AdamWStep;
import io.github.lrfbench.kernels.ops.Dropout;
import io.github.lrfbench.kernels.ops.NnGradients;
import io.github.lrfbench.kernels.ops.Segments;

/** {@link NnGradients} on a GPU, in F32 and F64. Nothing waits for the device. */
final class CudaGradients implements NnGradients {
  private static final int THREADS = 256;
  private static final int WARP = 32;

  private final CudaDevice device;
  private final Arguments arguments;
  private final Indices indices;
  private final AttentionLauncher attention;

  CudaGradients(CudaDevice device) {
    this.device = device;
    arguments = device.arguments();
    indices = new Indices(arguments, tensor -> CudaTensor.of(tensor).hostInts());
    attention = new AttentionLauncher(device);
  }

  @Override
  public void clear(Matrix x) {
    requireAlike("clear", x);
    elementwise("clear", x);
  }

  @Override
  public void addScaled(double alpha, Matrix x, Matrix y) {
    requireAlike("addScaled", x, y);
    elementwise("add_scaled", new Object[] {alpha}, x, y);
  }

  @Override
  public void addSquares(Matrix x, Matrix y) {
    requireAlike("addSquares", x, y);
    elementwise("add_squares", x, y);
  }

  @Override
  public void addColumnSums(Matrix x, Tensor sums) {
    requireAlike("addColumnSums", x);
    arguments.requireVector("addColumnSums", sums, x.cols(), x.dtype());
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
    requireAlike("activate", x, y);
    elementwise(variant("activation", x).with("ACTIVATION", activation), new Object[0], x, y);
  }

  @Override
  public void activationGradient(Matrix x, Activation activation, Matrix dy, Matrix dx) {
    requireAlike("activationGradient", x, dy, dx);
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
    requireAlike("layerNormGradient", x, residual == null ? x : residual, dy, ds);
    for (Tensor vector : new Tensor[] {bias == null ? gamma : bias, gamma, dgamma, dbeta}) {
      arguments.requireVector("layerNormGradient", vector, x.cols(), x.dtype());
    }
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
    requireType("addRows", dy, dx);
    arguments.requireShapes(dy.cols() == dx.cols(), "addRows", dy, dx);
    indices.rows("row", rows, dx, dy.rows());
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
    requireAlike("attentionGradient", q, k, v, dy, dq, dk, dv);
    attention.runGradient(call(q, k, v, segments, heads, scale, causal, dropout), dy, dq, dk, dv);
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
    arguments.requireShapes(heads > 0 && q.cols() % heads == 0, "attention", q);
    int[] offsets = indices.offsets(segments, q.rows());
    return AttentionCall.of(q, k, v, segments, offsets, heads, scale, causal, dropout);
  }

  @Override
  public void softmaxGradient(Matrix y, double scale, Matrix dy, Matrix dx) {
    requireAlike("softmaxGradient", y, dy, dx);
    int vector = Operand.vector(y.dtype(), Operand.of(y), Operand.of(dy), Operand.of(dx));
    RowLaunch row = RowLaunch.of("softmaxGradient", y.cols(), vector);
    launch(
        variant("softmax_gradient", y).with("VECTOR", vector).with("VECTORS", row.vectors()),
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
  public void addMeanPoolGradient(Matrix dy, Segments segments, Matrix dx) {
    requireType("addMeanPoolGradient", dy, dx);
    arguments.requireShapes(
        dy.cols() == dx.cols() && dy.rows() == segments.count(), "addMeanPoolGradient", dy, dx);
    indices.offsets(segments, dx.rows());
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
    requireAlike("dropout", x, y);
    elementwise("dropout", new Object[] {dropout.rate(), dropout.seed()}, x, y);
  }

  @Override
  public void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamWStep step) {
    DType dtype = parameter.dtype();
    requireType("adamW", dtype);
    long size = parameter.shape().size();
    for (Tensor tensor : new Tensor[] {parameter, gradient, mean, square}) {
      arguments.requireVector("adamW", tensor, size, dtype);
    }
    launch(
        ElementTypes.variant("adamw", dtype),
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

  private void requireAlike(String operation, Matrix first, Matrix... others) {
    requireType(operation, first, others);
    for (Matrix other : others) {
      arguments.requireShapes(
          other.rows() == first.rows() && other.cols() == first.cols(), operation, first, other);
    }
  }

  private void requireType(String operation, Matrix first, Matrix... others) {
    arguments.requireOneType(operation, first, others);
    requireType(operation, first.dtype());
  }

  private static void requireType(String operation, DType dtype) {
    if (dtype != DType.F32 && dtype != DType.F64) {
      throw new IllegalArgumentException(operation + " of " + dtype + ", not F32 or F64");
    }
  }
}
