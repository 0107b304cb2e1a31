package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class InterleavedTest {
  private final List<String> calls = new ArrayList<>();
  private long now = 1000;

  /** A subject whose nth run takes the nth of the given milliseconds, then the last one. */
  private Runnable subject(String name, long... milliseconds) {
    int[] run = new int[1];
    return () -> {
      calls.add(name);
      now += milliseconds[Math.min(run[0]++, milliseconds.length - 1)] * 1_000_000;
    };
  }

  private static StopRule rule(int warmup, int runs, long minimumMs, long maximumMs) {
    return new StopRule(warmup, runs, Duration.ofMillis(minimumMs), Duration.ofMillis(maximumMs));
  }

  private List<LatencyStats> measure(StopRule rule, Runnable... subjects) {
    return new Interleaved(rule, () -> now).measure(List.of(subjects));
  }

  @Test
  void subjectsTakeTurnsAndTheWarmUpDoesNotCount() {
    List<LatencyStats> stats =
        measure(rule(2, 3, 0, 1000), subject("A", 50, 9, 1, 2, 3), subject("B", 70, 10));
    assertEquals("ABABABABAB", String.join("", calls));
    LatencyStats a = stats.get(0);
    assertEquals(3, a.runs());
    assertEquals(50, a.firstMs());
    assertEquals(2, a.p50Ms());
    assertEquals(1, a.minMs());
    assertEquals(2, a.meanMs(), 1e-12);
    assertEquals(1, a.stdevMs(), 1e-12);
    assertEquals(70, stats.get(1).firstMs());
    assertEquals(10, stats.get(1).p99Ms());
  }

  /** In the first second, which compiles, a call takes 20 ms for 10. */
  @Test
  void theWarmUpOutlastsTheCompiler() {
    now = 0;
    long[] falling = LongStream.range(0, 60).map(run -> run < 50 ? 20 : 10).toArray();
    List<Runnable> subjects = List.of(subject("A", falling));
    LatencyStats stats =
        new Interleaved(rule(1, 3, 400, 10_000), new CompilingClock(() -> now, 1_000_000_000L))
            .measure(subjects)
            .get(0);
    assertEquals(10, stats.p99Ms());
    assertEquals(40, stats.runs());
  }

  @Test
  void withoutWarmUpTheFirstRunCounts() {
    LatencyStats stats = measure(rule(0, 2, 0, 1000), subject("A", 8, 4)).get(0);
    assertEquals(8, stats.firstMs());
    assertEquals(6, stats.meanMs(), 1e-12);
  }

  @Test
  void runsGoOnUntilTheMinimumTime() {
    List<LatencyStats> stats = measure(rule(1, 2, 100, 10_000), subject("A", 1), subject("B", 4));
    assertEquals(20, stats.get(0).runs());
    assertEquals(20, stats.get(1).runs());
  }

  @Test
  void theMinimumTimeAloneIsNotEnough() {
    assertEquals(5, measure(rule(0, 5, 1, 10_000), subject("A", 100)).get(0).runs());
  }

  @Test
  void theHardLimitEndsTheRunsAfterAWholeRound() {
    List<LatencyStats> stats = measure(rule(1, 20, 0, 100), subject("A", 10), subject("B", 20));
    assertEquals(3, stats.get(0).runs());
    assertEquals(3, stats.get(1).runs());
    assertEquals("ABABABAB", String.join("", calls));
  }

  @Test
  void theHardLimitEndsTheWarmUpButOneRunIsCounted() {
    LatencyStats stats = measure(rule(50, 20, 0, 100), subject("A", 60)).get(0);
    assertEquals(1, stats.runs());
    assertEquals(60, stats.firstMs());
    assertEquals(3, calls.size());
  }

  @Test
  void manyRunsAreKept() {
    assertEquals(1000, measure(rule(0, 1000, 0, 100_000), subject("A", 1)).get(0).runs());
  }

  @Test
  void nothingToMeasureGivesNothing() {
    assertTrue(measure(rule(1, 3, 5, 10)).isEmpty());
  }

  @Test
  void failuresOfASubjectReachTheCaller() {
    Runnable failing =
        () -> {
          throw new IllegalStateException("broken");
        };
    assertThrows(IllegalStateException.class, () -> measure(rule(0, 3, 0, 10), failing));
  }

  @Test
  void impossibleRulesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> rule(-1, 20, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> rule(0, 0, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> rule(0, 1, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> rule(0, 1, -2, 1));
  }
}
