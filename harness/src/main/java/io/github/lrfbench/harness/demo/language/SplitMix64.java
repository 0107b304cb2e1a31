package io.github.lrfbench.harness.demo.language;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The SplitMix64 generator of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
 * Generators" (OOPSLA 2014), written out so that a seed gives the same text on every JDK and
 * platform. Integer arithmetic only. Not thread-safe.
 */
public final class SplitMix64 {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /** The generator of a seed. */
  public SplitMix64(long seed) {
    state = seed;
  }

  /** The generator of a seed and a name: streams of different names are independent. */
  public SplitMix64(long seed, String name) {
    state = seed;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      state = next() ^ b;
    }
  }

  /** The next 64 bits. */
  public long next() {
    state += GOLDEN_GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A number from 0 (inclusive) to {@code bound} (exclusive, positive). */
  public int below(int bound) {
    return (int) (((next() >>> 32) * bound) >>> 32);
  }

  /** True in {@code percent} of a hundred cases. */
  public boolean chance(int percent) {
    return below(100) < percent;
  }

  /** One of the items, all equally likely. */
  public <T> T pick(List<T> items) {
    return items.get(below(items.size()));
  }

  /** One of the items, earlier ones more often: the smaller of two equally likely places. */
  public <T> T pickEarly(List<T> items) {
    int size = items.size();
    return items.get(Math.min(below(size), below(size)));
  }

  /** One of the items, all equally likely. */
  @SafeVarargs
  public final <T> T any(T... items) {
    return items[below(items.length)];
  }
}
