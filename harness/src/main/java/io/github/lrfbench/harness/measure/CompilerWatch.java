package io.github.lrfbench.harness.measure;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Tells whether the JVM's compiler is done with what runs. Until then it takes processors, and what
 * runs is slower than it will be: where there are two, the first passes of a model by half.
 */
public final class CompilerWatch {
  /** How many times as long as else a warm-up may be while the compiler works. */
  static final int PATIENCE = 5;

  /** The compiler works if it does for more than this part of the time looked back on. */
  private static final double WORKS = 0.1;

  /**
   * How far is looked back: methods are counted when they are done, and large ones take fifths of a
   * second; many small ones come one by one and take little of the whole.
   */
  private static final long WINDOW = Duration.ofMillis(500).toNanos();

  private record Look(long nanos, long compiledMillis) {}

  private final Clock clock;

  /** The last one before the window, or the first of all, and those after it. */
  private final Deque<Look> looks = new ArrayDeque<>();

  /**
   * Begins to look at it.
   *
   * @param now what the clock shows
   */
  public CompilerWatch(Clock clock, long now) {
    this.clock = clock;
    looks.add(new Look(now, clock.compilerMillis()));
  }

  /**
   * Whether it did next to nothing in the last half of a second, or since it is looked at.
   *
   * @param now what the clock shows
   */
  public boolean isIdle(long now) {
    looks.add(new Look(now, clock.compilerMillis()));
    Look first = looks.remove();
    while (looks.element().nanos <= now - WINDOW) {
      first = looks.remove();
    }
    looks.addFirst(first);
    long compiled = looks.getLast().compiledMillis - first.compiledMillis;
    return compiled * 1e6 <= WORKS * (now - first.nanos);
  }
}
