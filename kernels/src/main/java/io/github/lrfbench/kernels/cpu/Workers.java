package io.github.lrfbench.kernels.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * A team of threads for short parallel loops. The caller takes part; helpers spin for a moment
 * between loops before they sleep, because the gap between two kernels of a forward pass is shorter
 * than a wake-up.
 */
final class Workers implements AutoCloseable {
  private static final long SPIN_NANOS = 100_000;

  private static final class Loop {
    final int count;
    final IntConsumer task;
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger done = new AtomicInteger();
    volatile Throwable failure;

    Loop(int count, IntConsumer task) {
      this.count = count;
      this.task = task;
    }

    void work() {
      for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
        try {
          if (failure == null) {
            task.accept(i);
          }
        } catch (Throwable t) {
          failure = t;
        } finally {
          done.incrementAndGet();
        }
      }
    }
  }

  private final ThreadLocal<Boolean> inLoop = ThreadLocal.withInitial(() -> false);
  private final Thread[] helpers;
  private volatile Loop current;
  private volatile boolean closed;

  Workers(int threads) {
    helpers = new Thread[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Thread(this::help, "lrfbench-worker-" + (i + 1));
      helpers[i].setDaemon(true);
      helpers[i].start();
    }
  }

  int threads() {
    return helpers.length + 1;
  }

  /** Runs the loop; a loop inside a loop runs on its own thread alone. */
  void forEach(int count, IntConsumer task) {
    if (count <= 1 || helpers.length == 0 || inLoop.get()) {
      for (int i = 0; i < count; i++) {
        task.accept(i);
      }
      return;
    }
    runShared(new Loop(count, task));
  }

  private synchronized void runShared(Loop loop) {
    current = loop;
    for (int i = 0; i < Math.min(helpers.length, loop.count - 1); i++) {
      LockSupport.unpark(helpers[i]);
    }
    inLoop.set(true);
    try {
      loop.work();
    } finally {
      inLoop.set(false);
    }
    while (loop.done.get() < loop.count) {
      Thread.onSpinWait();
    }
    current = null;
    if (loop.failure instanceof RuntimeException e) {
      throw e;
    } else if (loop.failure instanceof Error e) {
      throw e;
    }
  }

  private void help() {
    inLoop.set(true);
    Loop last = null;
    while (!closed) {
      last = awaitLoopAfter(last);
      if (last != null) {
        last.work();
      }
    }
  }

  private Loop awaitLoopAfter(Loop last) {
    long deadline = System.nanoTime() + SPIN_NANOS;
    while (!closed) {
      Loop loop = current;
      if (loop != null && loop != last) {
        return loop;
      }
      if (System.nanoTime() < deadline) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
      }
    }
    return null;
  }

  @Override
  public void close() {
    closed = true;
    for (Thread helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}
