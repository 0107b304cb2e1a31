package io.github.lrfbench.harness.measure;

import java.util.function.LongSupplier;

/**
 * A clock of a JVM that compiles for half of the time until a moment.
 *
 * @param now nanoseconds
 * @param until the moment
 */
record CompilingClock(LongSupplier now, long until) implements Clock {
  @Override
  public long nanoTime() {
    return now.getAsLong();
  }

  @Override
  public long compilerMillis() {
    return Math.min(nanoTime(), until) / 2_000_000;
  }
}
