package io.github.lrfbench.kernels.cuda.blas;

import static io.github.lrfbench.kernels.cuda.driver.CudaStatus.checkDriver;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Scope;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.driver.DevicePointer;
import io.github.lrfbench.kernels.cuda.module.Grid;
import io.github.lrfbench.kernels.cuda.module.Kernel;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.ElementTypes;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.cuda.tensor.Operand;
import java.util.stream.DoubleStream;
import jcuda.driver.CUDA_MEMCPY2D;
import jcuda.driver.CUmemorytype;
import jcuda.driver.JCudaDriver;

/** What goes over a matrix once. Arguments have been checked. */
public final class MatrixKernels {
  private static final int THREADS = 256;
  private static final int TILE = 32;

  /** Blocks that share the rows of a transposition. */
  private static final int MAX_TRANSPOSE_BLOCKS = 32_768;

  /** Elements that a copy moves at once: 16 bytes of the wider of two common types. */
  private static final int COPY_VECTOR = 4;

  private static final int MAX_NORM_BLOCKS = 256;

  private final Gpu device;

  /** Kernels of a device. */
  public MatrixKernels(Gpu device) {
    this.device = device;
  }

  /** {@code y = x}, [m, n], with conversion. */
  public void copyConvert(Matrix x, Matrix y) {
    Operand from = Operand.of(x);
    Operand to = Operand.of(y);
    int vector = Operand.vector(COPY_VECTOR, from, to);
    run(
        variant("copy", x).with("TARGET", ElementTypes.name(y.dtype())).with("VECTOR", vector),
        (long) x.rows() * (x.cols() / vector),
        from.address(),
        from.stride(),
        to.address(),
        to.stride(),
        x.rows(),
        x.cols());
  }

  /** {@code y = x}, both [m, n] and of one type, as they are. */
  void copyBytes(Matrix x, Matrix y) {
    if (x.rows() == 0 || x.cols() == 0) {
      return;
    }
    CUDA_MEMCPY2D copy = new CUDA_MEMCPY2D();
    copy.srcMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
    copy.srcDevice = new DevicePointer(CudaTensor.address(x));
    copy.srcPitch = (long) x.stride() * x.dtype().bytes();
    copy.dstMemoryType = CUmemorytype.CU_MEMORYTYPE_DEVICE;
    copy.dstDevice = new DevicePointer(CudaTensor.address(y));
    copy.dstPitch = (long) y.stride() * y.dtype().bytes();
    copy.WidthInBytes = (long) x.cols() * x.dtype().bytes();
    copy.Height = x.rows();
    checkDriver(
        JCudaDriver.cuMemcpy2DAsync(copy, device.stream().handle()), "cuMemcpy2DAsync of codes");
  }

  /** {@code y = xᵀ}, x [m, n], with conversion. */
  public void transposeConvert(Matrix x, Matrix y) {
    Operand from = Operand.of(x);
    Operand to = Operand.of(y);
    KernelVariant variant = variant("transpose", x).with("TARGET", ElementTypes.name(y.dtype()));
    Grid grid = new Grid(tiles(x.cols()), Math.min(tiles(x.rows()), MAX_TRANSPOSE_BLOCKS), 1);
    kernel(variant)
        .launch(
            device.stream().handle(),
            grid,
            THREADS,
            0,
            from.address(),
            from.stride(),
            to.address(),
            to.stride(),
            x.rows(),
            x.cols());
  }

  /** Multiplies row i by {@code factors[i]}, in place. */
  void scaleRows(Matrix x, double[] factors) {
    scale("scale_rows", x, factors);
  }

  /** Multiplies column j by {@code factors[j]}, in place. */
  public void scaleColumns(Matrix x, double[] factors) {
    scale("scale_columns", x, factors);
  }

  private void scale(String function, Matrix x, double[] factors) {
    if (x.rows() == 0 || x.cols() == 0) {
      return;
    }
    Operand operand = Operand.of(x);
    try (Scope scope = device.openScope()) {
      Tensor uploaded = scope.doubles(factors, factors.length);
      device
          .modules()
          .kernel(variant("scale", x), function)
          .launch(
              device.stream().handle(),
              Grid.covering((long) x.rows() * x.cols(), THREADS),
              THREADS,
              0,
              operand.address(),
              operand.stride(),
              CudaTensor.of(uploaded).address(),
              x.rows(),
              x.cols());
    }
  }

  /** The sum of squares in double precision, the same at each call; waits for the device. */
  public double squaredNorm(Matrix x) {
    Operand operand = Operand.of(x);
    int blocks = Math.min(MAX_NORM_BLOCKS, Math.max(1, x.rows() / (THREADS / TILE)));
    try (Scope scope = device.openScope()) {
      Tensor parts = scope.allocate(DType.F64, blocks);
      kernel(variant("squared_norm", x))
          .launch(
              device.stream().handle(),
              Grid.of(blocks),
              THREADS,
              0,
              operand.address(),
              operand.stride(),
              x.rows(),
              x.cols(),
              CudaTensor.of(parts).address());
      return DoubleStream.of(parts.toDoubles()).sum();
    }
  }

  /** The sum of squares of every row in double precision; waits for the device. */
  double[] rowSquaredNorms(Matrix x) {
    if (x.rows() == 0) {
      return new double[0];
    }
    Operand operand = Operand.of(x);
    try (Scope scope = device.openScope()) {
      Tensor sums = scope.allocate(DType.F64, x.rows());
      run(
          variant("row_squared_norms", x),
          (long) x.rows() * TILE,
          operand.address(),
          operand.stride(),
          x.rows(),
          x.cols(),
          CudaTensor.of(sums).address());
      return sums.toDoubles();
    }
  }

  /** Whether no element is NaN or infinite; waits for the device. */
  public boolean isFinite(Matrix x) {
    Operand operand = Operand.of(x);
    try (Scope scope = device.openScope()) {
      Tensor flag = scope.zeros(DType.I32, 1);
      run(
          variant("all_finite", x),
          (long) x.rows() * x.cols(),
          operand.address(),
          operand.stride(),
          x.rows(),
          x.cols(),
          CudaTensor.of(flag).address());
      return flag.toInts()[0] == 0;
    }
  }

  /** Copies the strict upper triangle of a square matrix to the lower one. */
  void mirrorUpper(Matrix x) {
    Operand operand = Operand.of(x);
    kernel(variant("mirror", x))
        .launch(
            device.stream().handle(),
            new Grid(tiles(x.rows()), tiles(x.rows()), 1),
            THREADS,
            0,
            operand.address(),
            operand.stride(),
            x.rows());
  }

  /** Sets the strict upper triangle of a square matrix to zero. */
  public void zeroUpper(Matrix x) {
    Operand operand = Operand.of(x);
    run(
        variant("zero_upper", x),
        (long) x.rows() * x.cols(),
        operand.address(),
        operand.stride(),
        x.rows());
  }

  private void run(KernelVariant variant, long threads, Object... arguments) {
    kernel(variant)
        .launch(device.stream().handle(), Grid.covering(threads, THREADS), THREADS, 0, arguments);
  }

  private Kernel kernel(KernelVariant variant) {
    return device.modules().kernel(variant);
  }

  private static KernelVariant variant(String operation, Matrix x) {
    return ElementTypes.variant(operation, x.dtype());
  }

  private static long tiles(int size) {
    return (size + TILE - 1L) / TILE;
  }
}
