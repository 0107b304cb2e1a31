package io.github.lrfbench.harness.measure;

import java.time.Duration;

/**
 * Tells whether the JVM's compiler is done with what runs. Until then it takes processors, and what
 * runs is slower than it will be: where there are two, the first passes of a model by half.
 */
public final class CompilerWatch {
  /** How many times as long as else a warm-up may be while the compiler works. */
  static final int PATIENCE = 5;

  /** The compiler works if it does for more than this part of the time. */
  private static final double WORKS = 0.1;

  /** Methods are counted when they are done, and large ones take fifths of a second. */
  private static final long IDLE = Duration.ofMillis(500).toNanos();

  private final Clock clock;
  private long lookedAt;
  private long compiledMillis;
  private long idleFrom;

  /**
   * Begins to look at it.
   *
   * @param now what the clock shows
   */
  public CompilerWatch(Clock clock, long now) {
    this.clock = clock;
    lookedAt = now;
    compiledMillis = clock.compilerMillis();
    idleFrom = now - IDLE;
  }

  /**
   * Whether it did nothing since the last call of this, and was not seen at work shortly before.
   *
   * @param now what the clock shows
   */
  public boolean isIdle(long now) {
    long compiled = clock.compilerMillis();
    if ((compiled - compiledMillis) * 1e6 > WORKS * (now - lookedAt)) {
      idleFrom = now;
    }
    lookedAt = now;
    compiledMillis = compiled;
    return now - idleFrom >= IDLE;
  }
}
