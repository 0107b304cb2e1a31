package io.github.lrfbench.harness.measure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Times one or two subjects in rounds. In a round their calls take turns, A B B A, so that a
 * machine that gets hotter or busier does it to both and neither always comes second. How much the
 * rounds differ tells what the result is worth: single calls follow on one another and do not.
 *
 * <p>Before that they warm up, in blocks of calls like the rounds, until no subject's median is
 * more than 5 % below that of the block before and the JVM's compiler, which takes processors from
 * the first cell of a sweep, is idle.
 */
public final class RoundTimer {
  private static final long ROUND = Duration.ofMillis(100).toNanos();
  private static final long WARMUP_BLOCK = Duration.ofMillis(50).toNanos();
  private static final int FEWEST_CALLS = 2;
  private static final int MOST_CALLS = 50;
  private static final double STILL_FALLS = 0.95;

  private final RoundRule rule;
  private final Clock clock;

  /** A timer by a rule and a clock. */
  public RoundTimer(RoundRule rule, Clock clock) {
    this.rule = rule;
    this.clock = clock;
  }

  /**
   * Runs and times the subjects.
   *
   * @param subjects one or two; a run must return when its work is done, on a device that works
   *     behind the caller's back that means synchronized
   */
  public Rounds measure(List<? extends Runnable> subjects) {
    long[] first = warmUp(subjects);
    List<long[][]> rounds = new ArrayList<>();
    int runs = 0;
    long start = clock.nanoTime();
    RoundRule.Stop stop = null;
    while (stop == null) {
      long[][] round = round(subjects, runs, FEWEST_CALLS, ROUND);
      if (first == null) {
        first = Arrays.stream(round).mapToLong(calls -> calls[0]).toArray();
      }
      rounds.add(round);
      runs += round[0].length;
      double noise = new Rounds(first, rounds, null).noise();
      stop = rule.stop(rounds.size(), runs, noise, clock.nanoTime() - start);
    }
    return new Rounds(first, rounds, stop);
  }

  /** The times of the very first calls; null without a warm-up. */
  private long[] warmUp(List<? extends Runnable> subjects) {
    long start = clock.nanoTime();
    long[] first = null;
    double[] before = null;
    boolean steady = false;
    CompilerWatch compiler = new CompilerWatch(clock, start);
    int runs = 0;
    boolean idle = true;
    while (rule.warmsUp(runs, steady, idle, clock.nanoTime() - start)) {
      long[][] block = round(subjects, runs, 1, WARMUP_BLOCK);
      first = first == null ? Arrays.stream(block).mapToLong(c -> c[0]).toArray() : first;
      runs += block[0].length;
      double[] medians = Arrays.stream(block).mapToDouble(Percentiles::median).toArray();
      steady = before != null;
      for (int i = 0; i < medians.length && steady; i++) {
        steady = medians[i] >= STILL_FALLS * before[i];
      }
      before = medians;
      idle = compiler.isIdle(clock.nanoTime());
    }
    return first;
  }

  /**
   * Calls in turns.
   *
   * @param runs before this round
   * @return the times by subject and call
   */
  private long[][] round(List<? extends Runnable> subjects, int runs, int fewest, long nanos) {
    int count = subjects.size();
    long[][] times = new long[count][MOST_CALLS];
    long start = clock.nanoTime();
    int calls = 0;
    do {
      for (int i = 0; i < count; i++) {
        int subject = (runs + calls) % 2 == 0 ? i : count - 1 - i;
        times[subject][calls] = SelfTimed.time(subjects.get(subject), clock);
      }
      calls++;
    } while (calls < fewest || calls < MOST_CALLS && clock.nanoTime() - start < nanos);
    int done = calls;
    return Arrays.stream(times).map(all -> Arrays.copyOf(all, done)).toArray(long[][]::new);
  }
}
