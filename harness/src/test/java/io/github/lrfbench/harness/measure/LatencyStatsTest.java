package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatencyStatsTest {
  private static final double[] SAMPLE = {7, 1, 3, 3, 12, 5, 9, 2, 40, 6, 8};

  /** Expected values are numpy.percentile's. */
  @ParameterizedTest
  @CsvSource({"0, 1", "10, 2", "50, 6", "90, 12", "99, 37.2", "100, 40"})
  void percentilesAreNumPys(double q, double expected) {
    double[] sorted = SAMPLE.clone();
    Arrays.sort(sorted);
    assertEquals(expected, Percentiles.of(sorted, q), 1e-13);
  }

  @Test
  void percentilesOfOneAndTwoNumbers() {
    assertEquals(5, Percentiles.of(new double[] {5}, 99));
    assertEquals(2.5, Percentiles.of(new double[] {1, 4}, 50), 1e-15);
    assertEquals(3.97, Percentiles.of(new double[] {1, 4}, 99), 1e-15);
  }

  /** Mean and deviation are numpy.mean and numpy.std(ddof=1). */
  @Test
  void statisticsAreInMilliseconds() {
    long[] nanos = Arrays.stream(SAMPLE).mapToLong(ms -> (long) (ms * 1e6)).toArray();
    long[] before = nanos.clone();
    LatencyStats stats = LatencyStats.of(123_000_000, nanos);
    assertEquals(11, stats.runs());
    assertEquals(123, stats.firstMs());
    assertEquals(1, stats.minMs());
    assertEquals(6, stats.p50Ms());
    assertEquals(12, stats.p90Ms());
    assertEquals(37.2, stats.p99Ms(), 1e-12);
    assertEquals(8.727272727272727, stats.meanMs(), 1e-12);
    assertEquals(10.882011846077996, stats.stdevMs(), 1e-12);
    assertArrayEquals(before, nanos);
  }

  @Test
  void oneRunHasNoDeviation() {
    LatencyStats stats = LatencyStats.of(2, new long[] {5_000_000});
    assertEquals(5, stats.p99Ms());
    assertTrue(Double.isNaN(stats.stdevMs()));
    assertThrows(IllegalArgumentException.class, () -> LatencyStats.of(2, new long[0]));
  }
}
