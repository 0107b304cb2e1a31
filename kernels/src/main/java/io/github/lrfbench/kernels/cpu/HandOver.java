package io.github.lrfbench.kernels.cpu;

import io.github.lrfbench.kernels.host.Workers;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * In what time a thread of a team reads what another wrote: the caller and a helper raise a counter
 * by turns. Where their processors share a cache it takes some 40 ns, elsewhere several times that,
 * and virtual processors are moved from one to the other at any time.
 *
 * <p>The caller does so with one helper after the other, seven at most, and the slowest counts, as
 * in a loop, which ends with its last thread. Of each helper it is the fastest of some blocks, of
 * microseconds each: a thread that lost its processor spoils one of them only.
 */
final class HandOver {
  /** With the caller they are as many as a core complex of eight has. */
  private static final int MOST_HELPERS = 7;

  private static final int BLOCKS = 5;

  /** How far a counter rises in a block. */
  private static final int RISE = 40;

  /** Who has not come by then is not waited for. */
  private static final long MOST_NANOS = 5_000_000;

  /** Raising a counter alone takes a few nanoseconds, and until Java has compiled it many more. */
  private static final double COMPILED_NANOS = 10;

  private static final long MOST_WARM_UP_NANOS = 100_000_000;

  private final Workers workers;

  HandOver(Workers workers) {
    this.workers = workers;
  }

  /**
   * The time of a hand-over in nanoseconds. It takes less than a millisecond; five where a helper
   * does not come; up to a hundred until Java has compiled it. Empty for a thread alone, for a team
   * that is at work or larger than the machine, whose threads wait for processors, and where no
   * helper came.
   */
  synchronized OptionalDouble nanos() {
    int helpers = Math.min(workers.width() - 1, MOST_HELPERS);
    if (helpers == 0 || workers.threads() > Runtime.getRuntime().availableProcessors()) {
      return OptionalDouble.empty();
    }
    long deadline = System.nanoTime() + MOST_WARM_UP_NANOS;
    boolean compiled = isCompiled();
    do {
      boolean before = compiled;
      double nanos = nanosWith(helpers);
      // Looked at again: what was compiled for other cases is thrown away when one is new.
      compiled = isCompiled();
      if (before && compiled) {
        return nanos > 0 ? OptionalDouble.of(nanos) : OptionalDouble.empty();
      }
    } while (System.nanoTime() - deadline < 0);
    return OptionalDouble.empty();
  }

  private static boolean isCompiled() {
    Counters counters = new Counters(1);
    double fastest = Double.POSITIVE_INFINITY;
    for (int block = 0; block < BLOCKS; block++) {
      long start = System.nanoTime();
      counters.raise(0, block * RISE, (block + 1) * RISE, 1);
      fastest = Math.min(fastest, (double) (System.nanoTime() - start) / RISE);
    }
    return fastest < COMPILED_NANOS;
  }

  /** The slowest of so many helpers; 0 if none came. */
  private double nanosWith(int helpers) {
    Counters counters = new Counters(helpers + 1);
    double[] slowest = new double[1];
    workers.forEach(
        helpers + 1,
        member -> {
          if (member > 0) {
            follow(counters, member);
            return;
          }
          for (int helper = 1; helper <= helpers; helper++) {
            slowest[0] = Math.max(slowest[0], lead(counters, helper));
          }
          counters.raise(0, 0, 1, 1);
        });
    return slowest[0];
  }

  /** The fastest block with a helper, but for the first, before which it may wake; 0 if none. */
  private static double lead(Counters counters, int helper) {
    double fastest = 0;
    for (int block = 0; block < BLOCKS; block++) {
      int end = (block + 1) * RISE;
      long start = System.nanoTime();
      if (!counters.raise(helper, block * RISE, end, 2) || !counters.await(helper, end)) {
        break;
      }
      double nanos = (double) (System.nanoTime() - start) / RISE;
      if (block > 0) {
        fastest = block == 1 ? nanos : Math.min(fastest, nanos);
      }
    }
    return fastest;
  }

  /** Stays until the caller is done, so as to take no other helper's task. */
  private static void follow(Counters counters, int helper) {
    if (counters.raise(helper, 1, BLOCKS * RISE, 2)) {
      counters.await(0, 1);
    }
  }

  /** One for each helper; the first says whether the caller is done. */
  private static final class Counters {
    /** Counters apart: two lines of a cache, for processors fetch such in pairs. */
    private static final int LINES = 32;

    /** The clock is looked at so seldom, which takes as long as half a hand-over. */
    private static final int LOOKS = 256;

    private final AtomicIntegerArray values;
    private final long deadline = System.nanoTime() + MOST_NANOS;

    Counters(int count) {
      values = new AtomicIntegerArray((count + 1) * LINES);
    }

    /**
     * Waits until a counter has a value, raises it by one, and so on with every value of a step.
     *
     * @return false if time was up
     */
    boolean raise(int counter, int from, int to, int step) {
      for (int value = from; value < to; value += step) {
        if (!await(counter, value)) {
          return false;
        }
        values.setRelease((counter + 1) * LINES, value + 1);
      }
      return true;
    }

    boolean await(int counter, int value) {
      for (int look = 1; values.getAcquire((counter + 1) * LINES) != value; look++) {
        if (look % LOOKS == 0 && System.nanoTime() - deadline > 0) {
          return false;
        }
      }
      return true;
    }
  }
}
