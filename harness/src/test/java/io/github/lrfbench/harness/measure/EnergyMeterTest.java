package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class EnergyMeterTest {
  private final List<String> calls = new ArrayList<>();
  private double milliseconds;
  private double used;

  /** A subject that takes so long at so many watts. */
  private Runnable subject(String name, double millis, double watts) {
    return () -> {
      calls.add(name);
      milliseconds += millis;
      used += watts * millis / 1e3;
    };
  }

  /** What was used, as it was at the last tick of a clock; it starts anywhere. */
  private DoubleSupplier counter(double tickMillis) {
    double[] seen = {Double.NEGATIVE_INFINITY, 0};
    return () -> {
      double tick = Math.floor((milliseconds + 37) / tickMillis);
      if (tick > seen[0]) {
        seen[0] = tick;
        seen[1] = used;
      }
      return 777 + seen[1];
    };
  }

  private double[] measure(DoubleSupplier counter, Runnable... subjects) {
    return new EnergyMeter(counter, () -> (long) (milliseconds * 1e6)).measure(List.of(subjects));
  }

  private String turns() {
    return String.join("", calls).replaceAll("(.)\\1*", "$1");
  }

  @Test
  void shortRunsAreCountedBetweenTicks() {
    double[] joules =
        measure(counter(100), subject("A", 3, 200), subject("B", 7, 50), subject("C", 0.1, 10));
    assertEquals(0.6, joules[0], 1e-9);
    assertEquals(0.35, joules[1], 1e-9);
    assertEquals(0.001, joules[2], 1e-9);
    // Each once to warm up, then in turns.
    assertEquals("ABCABCBA", turns());
    long runs = calls.stream().filter("A"::equals).count();
    assertTrue(runs > 2 * 500 / 3 && runs < 2 * 900 / 3, runs + " runs");
  }

  /** The first subject's last joules must not be laid on the next one, nor its own left out. */
  @Test
  void aSteppingCounterDoesNotMixSubjects() {
    double[] joules = measure(counter(90), subject("A", 10, 1000), subject("B", 10, 1));
    assertEquals(10, joules[0], 1e-9);
    assertEquals(0.01, joules[1], 1e-9);
  }

  @Test
  void aLongRunIsABlock() {
    double[] joules = measure(counter(1), subject("A", 1500, 100), subject("B", 1000, 30));
    assertArrayEquals(new double[] {150, 30}, joules, 1e-9);
    assertEquals("ABABBA", String.join("", calls));
  }

  @Test
  void veryLongRunsAreNotRepeated() {
    double[] joules = measure(counter(1), subject("A", 6000, 10), subject("B", 6000, 20));
    assertArrayEquals(new double[] {60, 120}, joules, 1e-9);
    assertEquals("ABAB", String.join("", calls));
  }

  @Test
  void oneSubjectHasTwoBlocks() {
    assertEquals(2, measure(counter(1), subject("A", 2000, 1))[0], 1e-9);
    assertEquals("AAA", String.join("", calls));
  }

  @Test
  void aCounterThatStandsStillGivesNothing() {
    assertTrue(Double.isNaN(measure(() -> 5, subject("A", 10, 100))[0]));
    assertTrue(Double.isNaN(measure(() -> 5, subject("A", 5000, 100))[0]));
    double[] stops = {0, 100};
    double[] joules =
        measure(() -> Math.min(stops[0]++, stops[1]), subject("A", 10, 100), subject("B", 10, 1));
    assertTrue(Double.isNaN(joules[0]) && Double.isNaN(joules[1]));
  }

  @Test
  void aCounterThatFailsOrGoesBackGivesNothing() {
    assertTrue(Double.isNaN(measure(() -> Double.NaN, subject("A", 10, 100))[0]));
    double[] falling = {1e9};
    assertTrue(Double.isNaN(measure(() -> falling[0]--, subject("A", 10, 100))[0]));
    int[] reads = {0};
    double[] joules =
        measure(
            () -> reads[0]++ < 30 ? reads[0] : Double.NaN,
            subject("A", 10, 100),
            subject("B", 2000, 1));
    assertTrue(Double.isNaN(joules[0]) && Double.isNaN(joules[1]));
  }
}
