package io.github.lrfbench.harness.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTest {
  /** By hand: logarithms 0.1, 0, -0.1 around 0, so a variance of 0.02 / (3 x 2); t of 2 degrees. */
  @Test
  void itReachesTTimesTheStandardErrorOfSections() {
    Interval interval = Interval.ofSections(2, 2 * Math.exp(0.1), 2, 2 * Math.exp(-0.1));
    double reach = 4.30265 * Math.sqrt(0.02 / 6);
    assertEquals(2 * Math.exp(-reach), interval.low(), 1e-5);
    assertEquals(2 * Math.exp(reach), interval.high(), 1e-5);
    assertEquals(Math.exp(reach) - 1, interval.reach(), 1e-5);
    assertEquals(Math.sqrt(0.02 / 6), interval.logError(3), 1e-12);
  }

  /** By hand: of 0.1, 0.1 and five times 0 the outermost, however far, are as their neighbours. */
  @Test
  void theOutermostSectionsCountAsTheNext() {
    double high = Math.exp(0.1);
    Interval interval = Interval.ofSections(1, 1, 1e9, high, 1, 1, high, 1);
    double error = Math.sqrt(3 * 0.01 / 7 / 6) * 7 / 5;
    assertEquals(error, interval.logError(7), 1e-12);
    assertEquals(4, Interval.degrees(7));
    assertEquals(Math.exp(2.7764 * error), interval.high(), 1e-5);
  }

  /** The estimate from all data that its sections do not bear out is not well known. */
  @Test
  void sectionsThatAgreeOnSomethingElseWidenIt() {
    Interval interval = Interval.ofSections(2, 1, 1, 1, 1);
    assertTrue(interval.low() < 1 && interval.high() > 2, interval.toString());
  }

  @Test
  void oneSectionTellsNothing() {
    assertFalse(Interval.ofSections(2, 2).isFinite());
    assertFalse(Interval.ofSections(2, 0, 2).isFinite());
  }

  /** Of medians of skewed data, in 2000 trials. */
  @Test
  void ofItsTrialsNineteenInTwentyHoldTheTruth() {
    Random random = new Random(17);
    int held = 0;
    for (int trial = 0; trial < 2000; trial++) {
      double[] all = new double[200];
      double[] sections = new double[10];
      for (int s = 0; s < 10; s++) {
        double[] section = new double[20];
        for (int i = 0; i < 20; i++) {
          section[i] = Math.exp(0.3 * random.nextGaussian());
          all[20 * s + i] = section[i];
        }
        sections[s] = median(section);
      }
      Interval interval = Interval.ofSections(median(all), sections);
      held += interval.low() <= 1 && interval.high() >= 1 ? 1 : 0;
    }
    assertEquals(0.95, held / 2000.0, 0.015);
  }

  private static double median(double[] values) {
    double[] sorted = Arrays.stream(values).sorted().toArray();
    return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  }
}
