package io.github.lrfbench.kernels.cuda;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.cuda.module.Grid;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;
import io.github.lrfbench.kernels.ops.Segments;

/**
 * Chooses and runs the kernel for attention: tensor cores for 16-bit types on devices that have
 * them, tiles in shared memory otherwise. Arguments have been checked.
 */
final class AttentionLauncher {
  private static final int STEP = 16;
  private static final int MAX_HEAD = 512;

  /** Wider heads leave too few registers. */
  private static final int MAX_TENSOR_CORE_HEAD = 128;

  private static final int KEYS = 64;
  private static final int TILE_PAD = 8;
  private static final int WARP = 32;
  private static final int WARPS = 4;
  private static final int SQUARE_THREADS = 256;

  private final CudaDevice device;

  AttentionLauncher(CudaDevice device) {
    this.device = device;
  }

  /**
   * Queues {@code y = softmax(scale q kᵀ) v}.
   *
   * @param longest rows of the longest sequence
   * @throws IllegalArgumentException if the heads are wider than 512
   */
  void run(
      Matrix q,
      Matrix k,
      Matrix v,
      Segments segments,
      int longest,
      int heads,
      double scale,
      boolean causal,
      Matrix y) {
    int size = q.cols() / heads;
    if (size > MAX_HEAD) {
      throw new IllegalArgumentException(
          "attention with heads of " + size + ", more than " + MAX_HEAD);
    }
    if (size == 0 || q.rows() == 0) {
      return;
    }
    Operand[] operands = {Operand.of(q), Operand.of(k), Operand.of(v), Operand.of(y)};
    int vector = Operand.vector(q.dtype(), operands);
    if (size % vector != 0) {
      vector = 1;
    }
    int head = (size + STEP - 1) / STEP * STEP;
    DType dtype = q.dtype();
    Plan plan =
        head <= MAX_TENSOR_CORE_HEAD && TensorCores.multiply(dtype, device.properties())
            ? tensorCores(dtype, head, heads * (long) segments.count(), longest)
            : square(dtype, head);
    Grid grid = new Grid((longest + plan.queries - 1L) / plan.queries, heads, segments.count());
    device
        .modules()
        .kernel(plan.variant.with("HEAD", head).with("VECTOR", vector))
        .launch(
            device.stream().handle(),
            grid,
            plan.threads,
            plan.sharedBytes,
            operands[0].address(),
            operands[0].stride(),
            operands[1].address(),
            operands[1].stride(),
            operands[2].address(),
            operands[2].stride(),
            operands[3].address(),
            operands[3].stride(),
            CudaTensor.of(segments.offsets()).address(),
            q.rows(),
            size,
            scale,
            causal ? 1 : 0);
  }

  /**
   * A kernel and the size of its blocks.
   *
   * @param queries of a block
   */
  private record Plan(KernelVariant variant, int queries, int threads, int sharedBytes) {}

  private Plan tensorCores(DType dtype, int head, long allHeads, int longest) {
    long blocks = (longest + WARPS * STEP - 1L) / (WARPS * STEP) * allHeads;
    // Smaller blocks, where there are too few for all multiprocessors.
    int warps = blocks < device.properties().multiprocessors() ? WARPS / 2 : WARPS;
    int queries = warps * STEP;
    int stages = 2;
    int rowBytes = (head + TILE_PAD) * dtype.bytes();
    if ((queries + 2 * stages * KEYS) * rowBytes > device.properties().sharedBytesPerBlock()) {
      stages = 1;
    }
    return new Plan(
        ElementTypes.variant("attention_mma", dtype).with("WARPS", warps).with("STAGES", stages),
        queries,
        warps * WARP,
        (queries + 2 * stages * KEYS) * rowBytes);
  }

  private Plan square(DType dtype, int head) {
    int tile = dtype == DType.F64 ? 2 * STEP : 4 * STEP;
    while (tile > STEP && squareBytes(dtype, head, tile) > squareLimit()) {
      tile /= 2;
    }
    return new Plan(
        ElementTypes.variant("attention", dtype).with("TILE", tile),
        tile,
        SQUARE_THREADS,
        squareBytes(dtype, head, tile));
  }

  /** Two blocks of a multiprocessor hide each other's waiting. */
  private int squareLimit() {
    return Math.min(
        device.properties().sharedBytesPerBlock(),
        device.properties().sharedBytesPerMultiprocessor() / 2);
  }

  private static int squareBytes(DType dtype, int head, int tile) {
    int bytes = dtype == DType.F64 ? Double.BYTES : Float.BYTES;
    int pad = 16 / bytes;
    return bytes * tile * (3 * (head + pad) + tile + pad);
  }
}
