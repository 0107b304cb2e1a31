package io.github.lrfbench.harness.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Times several subjects in turns, A B A B, so that a machine that gets hotter or busier does it to
 * all of them and their ratios stay true.
 */
public final class Interleaved {
  private final StopRule rule;
  private final Clock clock;

  /** A measurement by a rule and a clock. */
  public Interleaved(StopRule rule, Clock clock) {
    this.rule = rule;
    this.clock = clock;
  }

  /**
   * Runs and times the subjects.
   *
   * @param subjects what to time; a run must return when its work is done, on a device that works
   *     behind the caller's back that means synchronized
   * @return the statistics in the order of the subjects
   */
  public List<LatencyStats> measure(List<? extends Runnable> subjects) {
    int count = subjects.size();
    if (count == 0) {
      return List.of();
    }
    long[] first = new long[count];
    long start = clock.nanoTime();
    CompilerWatch compiler = new CompilerWatch(clock, start);
    boolean idle = true;
    long now = start;
    for (int round = 0; rule.warmsUp(round, idle, now - start); round++) {
      for (int i = 0; i < count; i++) {
        long nanos = SelfTimed.time(subjects.get(i), clock);
        first[i] = round == 0 ? nanos : first[i];
      }
      now = clock.nanoTime();
      idle = compiler.isIdle(now);
    }
    List<Samples> samples = new ArrayList<>();
    subjects.forEach(subject -> samples.add(new Samples()));
    long counted = 0;
    int runs = 0;
    do {
      for (int i = 0; i < count; i++) {
        long nanos = SelfTimed.time(subjects.get(i), clock);
        first[i] = runs == 0 && rule.warmupRuns() == 0 ? nanos : first[i];
        samples.get(i).add(nanos);
        counted += nanos;
      }
      runs++;
    } while (!rule.isEnough(runs, counted) && !rule.isOver(clock.nanoTime() - start));
    List<LatencyStats> stats = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stats.add(LatencyStats.of(first[i], samples.get(i).toArray()));
    }
    return stats;
  }

  /** A list of longs that does not make objects between two timed runs. */
  private static final class Samples {
    private long[] values = new long[64];
    private int size;

    void add(long value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    long[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
