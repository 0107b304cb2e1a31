package io.github.lrfbench.harness.tensorparallel;

import io.github.lrfbench.kernels.Device;
import io.github.lrfbench.kernels.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The shards and the devices that they run on. Shards of one device run one after the other; those
 * of several devices at once, a thread for each device.
 */
final class ShardGroup implements AutoCloseable {
  private final List<Device> devices;
  private final Map<Device, List<Integer>> shardsOf = new LinkedHashMap<>();
  private final long[] nanos;
  private final ExecutorService workers;

  /**
   * A group.
   *
   * @param shards how many
   * @param given one or more devices, which take turns; they stay open
   */
  ShardGroup(int shards, List<Device> given) {
    devices = IntStream.range(0, shards).mapToObj(i -> given.get(i % given.size())).toList();
    nanos = new long[shards];
    for (int shard = 0; shard < shards; shard++) {
      shardsOf.computeIfAbsent(devices.get(shard), device -> new ArrayList<>()).add(shard);
    }
    workers = shardsOf.size() == 1 ? null : Executors.newFixedThreadPool(shardsOf.size());
  }

  /** How many there are. */
  int size() {
    return devices.size();
  }

  /** Where a shard runs. */
  Device device(int shard) {
    return devices.get(shard);
  }

  /**
   * Has every shard do something, and adds to its time how long that took.
   *
   * @return what each gives
   */
  <T> List<T> each(IntFunction<T> work) {
    List<T> results = new ArrayList<>(IntStream.range(0, size()).<T>mapToObj(i -> null).toList());
    if (workers == null) {
      run(0, work, results);
      return results;
    }
    List<Future<?>> running =
        shardsOf.values().stream()
            .<Future<?>>map(own -> workers.submit(() -> run(own.get(0), work, results)))
            .toList();
    running.forEach(ShardGroup::join);
    return results;
  }

  /** The shards of one device, which the given one is the first of. */
  private <T> void run(int first, IntFunction<T> work, List<T> results) {
    Device device = devices.get(first);
    for (int shard : shardsOf.get(device)) {
      device.synchronize();
      long start = System.nanoTime();
      results.set(shard, work.apply(shard));
      device.synchronize();
      nanos[shard] += System.nanoTime() - start;
    }
  }

  private static void join(Future<?> running) {
    try {
      running.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException own) {
        throw own;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** The time of each shard since the last call; exchanges between shards are none of it. */
  long[] takeNanos() {
    long[] taken = nanos.clone();
    Arrays.fill(nanos, 0);
    return taken;
  }

  /** Copies a matrix to one that may lie on another device. */
  static void copy(Matrix from, Matrix to) {
    if (from.device() == to.device()) {
      from.device().blas().copy(from, to);
      return;
    }
    float[] row = new float[from.cols()];
    for (int i = 0; i < from.rows(); i++) {
      from.data().read(from.offset() + (long) i * from.stride(), row, 0, row.length);
      to.data().write(to.offset() + (long) i * to.stride(), row, 0, row.length);
    }
  }

  @Override
  public void close() {
    if (workers != null) {
      workers.shutdownNow();
    }
  }
}
