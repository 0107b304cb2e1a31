package io.github.lrfbench.kernels.host;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/**
 * A team of threads for short parallel loops. The caller takes part; helpers spin for a moment
 * between loops before they sleep, because the gap between two kernels of a forward pass is shorter
 * than a wake-up.
 *
 * <p>One loop runs at a time. A thread that finds the team at work, or is part of it, runs its loop
 * alone.
 */
public final class Workers implements AutoCloseable {
  private static final long SPIN_NANOS = 100_000;

  /** So many sleepers a thread wakes: one that woke all of a large team would come to no work. */
  private static final int WOKEN_BY_EACH = 4;

  /** Numbers apart, so that what one member counts is not in the cache line of another's. */
  private static final int LINE = 16;

  private final class Loop {
    private final int count;
    private final IntConsumer task;
    private final int parts;
    private final AtomicIntegerArray next;
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Loop(int count, IntConsumer task) {
      this.count = count;
      this.task = task;
      parts = Math.min(count, threads());
      next = new AtomicIntegerArray(parts * LINE);
      for (int part = 0; part < parts; part++) {
        next.setPlain(part * LINE, start(part));
      }
    }

    /** The first task of a part; the parts are even, and in the order of the tasks. */
    private int start(int part) {
      return (int) ((long) count * part / parts);
    }

    private boolean isLeft(int part) {
      return next.get(part * LINE) < start(part + 1);
    }

    /** Wakes those helpers that a member of the team is to wake, while there are tasks for them. */
    void wakeNext(int member) {
      int first = member * WOKEN_BY_EACH + 1;
      for (int i = first; i < first + WOKEN_BY_EACH && i < parts; i++) {
        if (isLeft(i)) {
          helpers[i - 1].wake();
        }
      }
    }

    /**
     * Takes the tasks of a member's own part, then those that are left of others', until none is. A
     * loop that is over has none, so late helpers do no harm.
     *
     * <p>So a member gets the same rows in one loop after another, and finds in its processor's
     * cache what it left there. Where processors share no cache, and virtual ones may be moved so
     * at any time, a pass of a small model whose tasks go to whoever comes first takes up to 1.7
     * times as long.
     */
    void work(int member) {
      int finished = 0;
      for (int turn = 0; turn < parts; turn++) {
        finished += workOn((member + turn) % parts);
      }
      // Not after every task: of a large team all would wait for this number's cache line.
      done.addAndGet(finished);
    }

    private int workOn(int part) {
      int finished = 0;
      int end = start(part + 1);
      int line = part * LINE;
      // Looked at before it is counted up: that takes a cache line from who works there.
      while (next.get(line) < end) {
        int i = next.getAndIncrement(line);
        if (i >= end) {
          break;
        }
        try {
          if (failure.get() == null) {
            task.accept(i);
          }
        } catch (Throwable t) {
          failure.compareAndSet(null, t);
        } finally {
          finished++;
        }
      }
      return finished;
    }

    /** Waits for the tasks that others took. */
    void awaitOthers() {
      long deadline = System.nanoTime() + spinNanos;
      while (done.get() < count) {
        if (System.nanoTime() < deadline) {
          Thread.onSpinWait();
        } else {
          // The helper that has the last task may be waiting for this processor.
          Thread.yield();
        }
      }
    }
  }

  /** A thread of the team besides the caller. */
  private final class Helper extends Thread {
    private final int number;
    private volatile boolean parked;

    Helper(int number) {
      super("lrfbench-worker-" + number);
      this.number = number;
      setDaemon(true);
    }

    @Override
    public void run() {
      inLoop.set(true);
      Loop last = null;
      while (!closed) {
        last = awaitLoopAfter(last);
        if (last != null) {
          last.wakeNext(number);
          last.work(number);
        }
      }
    }

    private Loop awaitLoopAfter(Loop last) {
      long deadline = System.nanoTime() + spinNanos;
      while (!closed) {
        Loop loop = current;
        if (loop != null && loop != last) {
          return loop;
        }
        if (System.nanoTime() < deadline) {
          Thread.onSpinWait();
        } else {
          park(last);
        }
      }
      return null;
    }

    // The flag is set before the loop is looked for once more, and a loop is set before flags are
    // looked at: whichever comes first, no loop is missed.
    private void park(Loop last) {
      parked = true;
      if (!closed && (current == null || current == last)) {
        LockSupport.park(Workers.this);
      }
      parked = false;
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(this);
      }
    }
  }

  private final ThreadLocal<Boolean> inLoop = ThreadLocal.withInitial(() -> false);
  private final ReentrantLock team = new ReentrantLock();
  private final Helper[] helpers;
  private final long spinNanos;
  private volatile Loop current;
  private volatile boolean closed;

  /** A team of so many threads, the caller among them. */
  public Workers(int threads) {
    // Who waits for a processor must not be kept from it by who waits for work.
    spinNanos = threads <= Runtime.getRuntime().availableProcessors() ? SPIN_NANOS : 0;
    helpers = new Helper[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper(i + 1);
      helpers[i].start();
    }
  }

  /** The number of threads of the team. */
  public int threads() {
    return helpers.length + 1;
  }

  /** The number of threads that a loop of the calling thread would have. */
  public int width() {
    return inLoop.get() ? 1 : threads();
  }

  /**
   * Runs the task for 0 to {@code count - 1}. The first failure is thrown when no task runs any
   * more; tasks that had not begun are left out.
   */
  public void forEach(int count, IntConsumer task) {
    if (count > 1 && width() > 1 && team.tryLock()) {
      try {
        runShared(new Loop(count, task));
      } finally {
        team.unlock();
      }
    } else {
      for (int i = 0; i < count; i++) {
        task.accept(i);
      }
    }
  }

  private void runShared(Loop loop) {
    current = loop;
    loop.wakeNext(0);
    inLoop.set(true);
    try {
      loop.work(0);
      loop.awaitOthers();
    } finally {
      inLoop.set(false);
      current = null;
    }
    Throwable failure = loop.failure.get();
    if (failure instanceof RuntimeException e) {
      throw e;
    } else if (failure instanceof Error e) {
      throw e;
    } else if (failure != null) {
      throw new IllegalStateException("a task failed", failure);
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Helper helper : helpers) {
      LockSupport.unpark(helper);
    }
  }
}
