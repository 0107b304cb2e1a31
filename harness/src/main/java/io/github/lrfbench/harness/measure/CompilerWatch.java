package io.github.lrfbench.harness.measure;

import java.time.Duration;

/**
 * Tells whether the JVM's compiler is done with what runs. Until then it takes processors, and what
 * runs is slower than it will be: where there are two, the first passes of a model by half.
 */
public final class CompilerWatch {
  /** The compiler works if it does for more than this part of the time. */
  private static final double WORKS = 0.1;

  /** Methods are counted when they are done, and large ones take fifths of a second. */
  private static final long IDLE = Duration.ofMillis(500).toNanos();

  private final Clock clock;
  private long lookedAt;
  private long compiledMillis;
  private long idleFrom;

  /** Begins to look at it. */
  public CompilerWatch(Clock clock) {
    this.clock = clock;
    lookedAt = clock.nanoTime();
    compiledMillis = clock.compilerMillis();
    idleFrom = lookedAt - IDLE;
  }

  /**
   * Whether it did nothing since the last call of this, and was not seen at work shortly before.
   */
  public boolean isIdle() {
    long now = clock.nanoTime();
    long compiled = clock.compilerMillis();
    if ((compiled - compiledMillis) * 1e6 > WORKS * (now - lookedAt)) {
      idleFrom = now;
    }
    lookedAt = now;
    compiledMillis = compiled;
    return now - idleFrom >= IDLE;
  }
}
