package io.github.lrfbench.kernels.cuda.nn;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Matrix;
import io.github.lrfbench.kernels.Tensor;
import io.github.lrfbench.kernels.cuda.module.Grid;
import io.github.lrfbench.kernels.cuda.module.KernelVariant;
import io.github.lrfbench.kernels.cuda.stream.CudaBuffer;
import io.github.lrfbench.kernels.cuda.tensor.CudaTensor;
import io.github.lrfbench.kernels.cuda.tensor.ElementTypes;
import io.github.lrfbench.kernels.cuda.tensor.Gpu;
import io.github.lrfbench.kernels.cuda.tensor.Operand;
import io.github.lrfbench.kernels.cuda.tensor.TensorCores;
import io.github.lrfbench.kernels.ops.AttentionGuide;
import java.util.ArrayList;
import java.util.List;

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
  private static final int CACHED_WARPS = 8;

  private final Gpu device;

  AttentionLauncher(Gpu device) {
    this.device = device;
  }

  /**
   * Queues {@code y = softmax(scale q kᵀ) v}.
   *
   * @throws IllegalArgumentException if the heads are wider than 512
   */
  void run(AttentionCall call, Matrix y) {
    if (call.isEmpty()) {
      return;
    }
    int head = head(call);
    boolean onTensorCores =
        head <= MAX_TENSOR_CORE_HEAD
            && call.dropout().keepsAll()
            && TensorCores.multiply(call.dtype(), device.properties());
    Plan plan = onTensorCores ? tensorCores(call, head) : square("attention", call, head, 3, 1);
    List<Object> arguments = new ArrayList<>();
    add(arguments, call.q(), call.k(), call.v(), y);
    arguments.add(call.offsets());
    addScalars(arguments, call);
    if (!onTensorCores) {
      addDropout(arguments, call);
    }
    launch(plan, "attention" + (onTensorCores ? "_mma" : ""), call, head, arguments, y);
  }

  /**
   * Queues the backward pass.
   *
   * @throws IllegalArgumentException if the heads are wider than 512
   */
  void runGradient(AttentionCall call, Matrix dy, Matrix dq, Matrix dk, Matrix dv) {
    if (call.isEmpty()) {
      return;
    }
    int head = head(call);
    Plan plan = square("attention_gradient", call, head, 4, 2);
    try (CudaBuffer statistics = statistics(call)) {
      List<Object> forQueries = new ArrayList<>();
      add(forQueries, call.q(), call.k(), call.v(), dy, dq);
      forQueries.add(call.offsets());
      forQueries.add(statistics.address());
      addScalars(forQueries, call);
      addDropout(forQueries, call);
      launch(plan, "attention_gradient_queries", call, head, forQueries, dy, dq, dk, dv);
      List<Object> forKeys = new ArrayList<>();
      add(forKeys, call.q(), call.k(), call.v(), dy, dk, dv);
      forKeys.add(call.offsets());
      forKeys.add(statistics.address());
      addScalars(forKeys, call);
      addDropout(forKeys, call);
      launch(plan, "attention_gradient_keys", call, head, forKeys, dy, dq, dk, dv);
    }
  }

  /**
   * Queues the divergence from a guide and its gradients. The call's values are not read.
   *
   * @throws IllegalArgumentException if the heads are wider than 512
   */
  void runDivergence(
      AttentionCall call, AttentionGuide guide, Matrix losses, Matrix dq, Matrix dk) {
    if (call.isEmpty()) {
      return;
    }
    int head = head(call);
    Plan plan = square("attention_divergence", call, head, 4, 1);
    try (CudaBuffer statistics = statistics(call)) {
      List<Object> shared = new ArrayList<>();
      shared.add(call.offsets());
      shared.add(statistics.address());
      addScalars(shared, call);
      shared.add(guide.mapWeight());
      shared.add(guide.scoreWeight());
      List<Object> forQueries = new ArrayList<>();
      add(forQueries, call.q(), call.k(), guide.q(), guide.k(), losses, dq);
      forQueries.addAll(shared);
      List<Object> forKeys = new ArrayList<>();
      add(forKeys, call.q(), call.k(), guide.q(), guide.k(), dk);
      forKeys.addAll(shared);
      Matrix[] others = {guide.q(), guide.k(), dq, dk};
      launch(plan, "attention_divergence_queries", call, head, forQueries, others);
      launch(plan, "attention_divergence_keys", call, head, forKeys, others);
    }
  }

  /** Two numbers of every query and head. */
  private CudaBuffer statistics(AttentionCall call) {
    int bytes = call.dtype() == DType.F64 ? Double.BYTES : Float.BYTES;
    return device.scratch(2L * bytes * call.q().rows() * call.heads());
  }

  /**
   * Queues {@code y = softmax(scale q kᵀ) v} of one query of each sequence, with the keys and
   * values of a cache.
   *
   * @throws IllegalArgumentException if the heads are wider than 512, or a sequence may be longer
   *     than its scores have room in shared memory
   */
  void runCached(
      Matrix q,
      Matrix keys,
      Matrix values,
      Tensor rows,
      Tensor lengths,
      int heads,
      double scale,
      Matrix y) {
    if (q.rows() == 0 || q.cols() == 0) {
      return;
    }
    DType dtype = q.dtype();
    int size = q.cols() / heads;
    requireHead(size);
    int capacity = Math.toIntExact(rows.shape().dim(1));
    int bytes = dtype == DType.F64 ? Double.BYTES : Float.BYTES;
    long shared = (long) bytes * (capacity + CACHED_WARPS * size);
    // The kernel's reductions take two warps' worth beside it.
    if (shared + 2L * WARP * bytes > device.properties().sharedBytesPerBlock()) {
      throw new IllegalArgumentException("attention over a cache of " + capacity + " tokens");
    }
    int vector =
        Operand.vector(dtype, Operand.of(q), Operand.of(keys), Operand.of(values), Operand.of(y));
    vector = size % vector == 0 ? vector : 1;
    int chunks = (size + WARP * vector - 1) / (WARP * vector);
    device
        .modules()
        .kernel(
            ElementTypes.variant("cached_attention", dtype)
                .with("VECTOR", vector)
                .with("CHUNKS", chunks)
                .with("WARPS", CACHED_WARPS))
        .launch(
            device.stream().handle(),
            new Grid(heads, q.rows(), 1),
            CACHED_WARPS * WARP,
            (int) shared,
            CudaTensor.address(q),
            (long) q.stride(),
            CudaTensor.address(keys),
            (long) keys.stride(),
            CudaTensor.address(values),
            (long) values.stride(),
            keys.rows(),
            CudaTensor.of(rows).address(),
            capacity,
            CudaTensor.of(lengths).address(),
            CudaTensor.address(y),
            (long) y.stride(),
            size,
            scale);
  }

  private static int head(AttentionCall call) {
    int size = call.size();
    requireHead(size);
    return (size + STEP - 1) / STEP * STEP;
  }

  private static void requireHead(int size) {
    if (size > MAX_HEAD) {
      throw new IllegalArgumentException(
          "attention with heads of " + size + ", more than " + MAX_HEAD);
    }
  }

  private static void add(List<Object> arguments, Matrix... matrices) {
    for (Matrix matrix : matrices) {
      arguments.add(CudaTensor.address(matrix));
      arguments.add((long) matrix.stride());
    }
  }

  private static void addScalars(List<Object> arguments, AttentionCall call) {
    arguments.add(call.q().rows());
    arguments.add(call.size());
    arguments.add(call.scale());
    arguments.add(call.causal() ? 1 : 0);
  }

  private static void addDropout(List<Object> arguments, AttentionCall call) {
    arguments.add(call.dropout().rate());
    arguments.add(call.dropout().seed());
  }

  private void launch(
      Plan plan,
      String function,
      AttentionCall call,
      int head,
      List<Object> arguments,
      Matrix... others) {
    long tiles = (call.longest() + plan.queries - 1L) / plan.queries;
    device
        .modules()
        .kernel(plan.variant.with("HEAD", head).with("VECTOR", call.vector(others)), function)
        .launch(
            device.stream().handle(),
            new Grid(tiles, call.heads(), call.segments().count()),
            plan.threads,
            plan.sharedBytes,
            arguments.toArray());
  }

  /**
   * A kernel and the size of its blocks.
   *
   * @param queries of a block
   */
  private record Plan(KernelVariant variant, int queries, int threads, int sharedBytes) {}

  private Plan tensorCores(AttentionCall call, int head) {
    long tiles = (call.longest() + WARPS * STEP - 1L) / (WARPS * STEP);
    long blocks = tiles * call.heads() * call.segments().count();
    // Smaller blocks, where there are too few for all multiprocessors.
    int warps = blocks < device.properties().multiprocessors() ? WARPS / 2 : WARPS;
    int queries = warps * STEP;
    int stages = 2;
    int rowBytes = (head + TILE_PAD) * call.dtype().bytes();
    if ((queries + 2 * stages * KEYS) * rowBytes > device.properties().sharedBytesPerBlock()) {
      stages = 1;
    }
    return new Plan(
        ElementTypes.variant("attention_mma", call.dtype())
            .with("WARPS", warps)
            .with("STAGES", stages),
        queries,
        warps * WARP,
        (queries + 2 * stages * KEYS) * rowBytes);
  }

  /** A kernel with so many tiles of inputs and of probabilities in shared memory. */
  private Plan square(String operation, AttentionCall call, int head, int inputs, int scores) {
    DType dtype = call.dtype();
    int tile = dtype == DType.F64 || scores > 1 ? 2 * STEP : 4 * STEP;
    while (tile > STEP && squareBytes(dtype, head, tile, inputs, scores) > squareLimit()) {
      tile /= 2;
    }
    return new Plan(
        ElementTypes.variant(operation, dtype)
            .with("TILE", tile)
            .with("DROPOUT", call.dropout().keepsAll() ? 0 : 1),
        tile,
        SQUARE_THREADS,
        squareBytes(dtype, head, tile, inputs, scores));
  }

  /** Two blocks of a multiprocessor hide each other's waiting. */
  private int squareLimit() {
    return Math.min(
        device.properties().sharedBytesPerBlock(),
        device.properties().sharedBytesPerMultiprocessor() / 2);
  }

  private static int squareBytes(DType dtype, int head, int tile, int inputs, int scores) {
    int bytes = dtype == DType.F64 ? Double.BYTES : Float.BYTES;
    int pad = 16 / bytes;
    return bytes * tile * (inputs * (head + pad) + scores * (tile + pad));
  }
}
