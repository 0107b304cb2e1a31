package io.github.lrfbench.kernels.cuda.lowrank;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.module.Grid;
import io.github.lrfbench.kernels.cuda.module.Kernel;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;
import io.github.lrfbench.kernels.cuda.stream.CudaBuffer;
import io.github.lrfbench.kernels.cuda.stream.CudaStream;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.ElementTypes;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.cuda.tensor.Operand;
import io.github.lrfbench.kernels.cuda.tensor.TensorCores;
import io.github.lrfbench.kernels.ops.Activation;
import java.util.Optional;

/** Runs the fused low-rank product. Arguments have been checked. */
public final class LowRankLauncher {
  private static final int THREADS = 256;
  private static final int WARP = 32;
  private static final int COUNTERS_PER_GROUP = 2;
  private static final int MAX_GROUPS = 1024;
  private static final long COUNTER_BYTES = (long) MAX_GROUPS * COUNTERS_PER_GROUP * Integer.BYTES;

  /** Rows and slab of the kernel without tensor cores. */
  private static final int SQUARE_ROWS = 32;

  private final Gpu device;

  /** Launches on a device. */
  public LowRankLauncher(Gpu device) {
    this.device = device;
  }

  /**
   * Queues {@code y = activation((x down) up + bias)} as one kernel.
   *
   * @return false if there is none for these sizes on this device
   */
  public boolean run(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    boolean empty = x.rows() == 0 || x.cols() == 0 || down.cols() == 0 || y.cols() == 0;
    if (empty || down.cols() > LowRankPlan.MAX_RANK) {
      return false;
    }
    Call call = new Call(x, down, up, bias, activation, y);
    return TensorCores.multiply(x.dtype(), device.properties())
        ? runOnTensorCores(call)
        : runOnSquares(call);
  }

  private record Call(
      Matrix x, Matrix down, Matrix up, Tensor bias, Activation activation, Matrix y) {
    KernelVariant variant(String operation, int rank) {
      return ElementTypes.variant(operation, x.dtype())
          .with("RANK", rank)
          .with("ACTIVATION", activation)
          .with(
              "VECTOR",
              Operand.vector(
                  x.dtype(),
                  Operand.of(x),
                  Operand.of(down),
                  Operand.of(up),
                  Operand.of(bias),
                  Operand.of(y)));
    }
  }

  private boolean runOnTensorCores(Call call) {
    Optional<LowRankPlan> found =
        LowRankPlan.of(
            call.x.rows(), call.x.cols(), call.down.cols(), call.y.cols(), device.properties());
    if (found.isEmpty()) {
      return false;
    }
    LowRankPlan plan = found.get();
    CudaStream stream = device.stream();
    long exchange = 0;
    long counters = 0;
    if (plan.splits() > 1) {
      CudaBuffer zeros = stream.zeros(COUNTER_BYTES + LowRankPlan.MAX_EXCHANGED_BYTES);
      counters = zeros.address();
      exchange = counters + COUNTER_BYTES;
    }
    KernelVariant variant =
        call.variant("lowrank_matmul_mma", plan.rank())
            .with("ROWS", plan.rows())
            .with("WARPS", plan.warps())
            .with("DEPTH", plan.depth())
            .with("STAGES", plan.stages());
    Object[] arguments = {
      CudaTensor.address(call.x),
      (long) call.x.stride(),
      CudaTensor.address(call.down),
      (long) call.down.stride(),
      CudaTensor.address(call.up),
      (long) call.up.stride(),
      Operand.of(call.bias).address(),
      CudaTensor.address(call.y),
      (long) call.y.stride(),
      call.x.rows(),
      call.x.cols(),
      call.down.cols(),
      call.y.cols(),
      plan.splits(),
      plan.columns(),
      exchange,
      counters
    };
    Kernel kernel = device.modules().kernel(variant);
    Grid grid = new Grid((long) plan.splits() * plan.groups(), plan.rowTiles(), 1);
    int threads = plan.warps() * WARP;
    if (plan.splits() > 1) {
      kernel.launchTogether(stream.handle(), grid, threads, plan.sharedBytes(), arguments);
    } else {
      kernel.launch(stream.handle(), grid, threads, plan.sharedBytes(), arguments);
    }
    return true;
  }

  private boolean runOnSquares(Call call) {
    DType dtype = call.x.dtype();
    int rank = (call.down.cols() + SQUARE_ROWS - 1) / SQUARE_ROWS * SQUARE_ROWS;
    int bytes = dtype == DType.F64 ? Double.BYTES : Float.BYTES;
    int elements =
        SQUARE_ROWS * (SQUARE_ROWS + 1)
            + SQUARE_ROWS * (rank + 1)
            + SQUARE_ROWS * Math.max(rank, LowRankPlan.COLUMNS);
    if (bytes * elements > device.properties().sharedBytesPerBlock()) {
      return false;
    }
    long rowTiles = (call.x.rows() + SQUARE_ROWS - 1L) / SQUARE_ROWS;
    int units = (call.y.cols() + LowRankPlan.COLUMNS - 1) / LowRankPlan.COLUMNS;
    int blocks =
        (int) Math.min(units, Math.max(1, device.properties().multiprocessors() / rowTiles));
    int columns = (units + blocks - 1) / blocks * LowRankPlan.COLUMNS;
    device
        .modules()
        .kernel(call.variant("lowrank_matmul", rank))
        .launch(
            device.stream().handle(),
            new Grid((call.y.cols() + columns - 1L) / columns, rowTiles, 1),
            THREADS,
            bytes * elements,
            CudaTensor.address(call.x),
            (long) call.x.stride(),
            CudaTensor.address(call.down),
            (long) call.down.stride(),
            CudaTensor.address(call.up),
            (long) call.up.stride(),
            Operand.of(call.bias).address(),
            CudaTensor.address(call.y),
            (long) call.y.stride(),
            call.x.rows(),
            call.x.cols(),
            call.down.cols(),
            call.y.cols(),
            columns);
    return true;
  }
}
