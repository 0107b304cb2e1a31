package io.github.lrfbench.harness.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.measure.RoundRule.Stop;
import io.github.lrfbench.harness.statistics.Interval;
import io.github.lrfbench.kernels.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class RoundTimerTest {
  private final List<String> calls = new ArrayList<>();
  private long now = 1000;

  /** A subject whose nth run, from 0, takes some milliseconds. */
  private Runnable subject(String name, IntToDoubleFunction milliseconds) {
    int[] run = new int[1];
    return () -> {
      calls.add(name);
      now += Math.round(milliseconds.applyAsDouble(run[0]++) * 1e6);
    };
  }

  private Rounds measure(RoundRule rule, Runnable... subjects) {
    return new RoundTimer(rule, () -> now).measure(List.of(subjects));
  }

  @Test
  void neitherSubjectAlwaysComesSecond() {
    Rounds rounds =
        measure(new RoundRule(0, 6, 0, 0), subject("A", n -> 50 + n), subject("B", n -> 100));
    assertEquals("ABBAABBAABBA", String.join("", calls));
    assertEquals(3, rounds.count());
    assertEquals(52, rounds.nanos().get(1)[0][0] / 1e6);
    assertEquals(50, rounds.stats(0).firstMs());
    assertEquals(52.5, rounds.stats(0).p50Ms());
    assertEquals(6, rounds.stats(1).runs());
  }

  /** What runs elsewhere takes 5 ms by its own clock, and 9 ms with the way there. */
  @Test
  void whatTimesItselfIsTakenAtItsWord() {
    SelfTimed elsewhere =
        new SelfTimed() {
          @Override
          public void run() {
            now += 9_000_000;
          }

          @Override
          public long lastNanos() {
            return 5_000_000;
          }
        };
    Rounds rounds = measure(new RoundRule(1, 20, 0, 0), elsewhere, subject("B", n -> 10));
    assertEquals(5, rounds.stats(0).p50Ms());
    assertEquals(10, rounds.stats(1).p50Ms());
    assertEquals(new Interval(2, 2), rounds.ratio(1, 0));
    assertEquals(5, rounds.stats(0).firstMs());
  }

  /** 1 ms and 3 ms take turns for 100 ms, 25 calls of each, and half a second is 5 rounds. */
  @Test
  void roundsOfFastSubjectsHaveManyCalls() {
    Rounds rounds =
        measure(new RoundRule(0, 20, 0.01, 9), subject("A", n -> 1), subject("B", n -> 3));
    assertEquals(Stop.STEADY, rounds.stop());
    assertEquals(5, rounds.count());
    assertEquals(25, rounds.nanos().get(4)[1].length);
    assertEquals(new Interval(3, 3), rounds.ratio(1, 0));
  }

  /** Each of 20 calls falls by 10 %, those after it stay: they are what counts. */
  @Test
  void theWarmUpGoesOnUntilNobodyGetsFaster() {
    Rounds rounds =
        measure(
            new RoundRule(3, 20, 0.01, 60),
            subject("A", n -> 100 * Math.pow(0.9, Math.min(n, 20))),
            subject("B", n -> 100));
    assertEquals(100, rounds.stats(0).firstMs());
    assertEquals(100 * Math.pow(0.9, 20), rounds.stats(0).p50Ms(), 1e-5);
    assertEquals(rounds.stats(0).p50Ms(), rounds.stats(0).p99Ms(), 1e-5);
  }

  /** In the first three seconds, which compile, a call takes 20 ms for 10. */
  @Test
  void theWarmUpOutlastsTheCompiler() {
    Runnable slowAtFirst = subject("A", n -> n < 150 ? 20 : 10);
    RoundRule rule = new RoundRule(3, 20, 0.01, 1);
    Rounds rounds =
        new RoundTimer(rule, new CompilingClock(() -> now, 3_000_000_000L))
            .measure(List.of(slowAtFirst));
    assertEquals(10, rounds.stats(0).p99Ms());
    now = 0;
    calls.clear();
    new RoundTimer(new RoundRule(3, 2, 0, 0.1), new CompilingClock(() -> now, 3_000_000_000L))
        .measure(List.of(subject("A", n -> 20)));
    assertTrue(calls.size() < 35, "no longer than five times the time: " + calls.size());
  }

  @Test
  void theWarmUpHasAnEndAndItsCalls() {
    Rounds never = measure(new RoundRule(3, 2, 0, 1), subject("A", n -> 1000 * Math.pow(0.9, n)));
    assertTrue(calls.size() < 20, calls.toString());
    assertEquals(1000, never.stats(0).firstMs());
    calls.clear();
    measure(new RoundRule(7, 2, 0, 0), subject("A", n -> 200));
    assertEquals(7 + 2, calls.size());
  }

  /** B is twice as slow in every other round: no number of rounds makes that steady. */
  @Test
  void timeEndsWhatIsNeverSteady() {
    Rounds rounds =
        measure(
            new RoundRule(0, 4, 0.02, 10),
            subject("A", n -> 50),
            subject("B", n -> n / 2 % 2 == 0 ? 50 : 100));
    assertEquals(Stop.TIME, rounds.stop());
    assertTrue(now >= 10e9 && now < 10.5e9);
    assertTrue(rounds.noise() > 0.02);
  }

  @Test
  void aThousandCallsAreEnough() {
    Rounds rounds =
        measure(new RoundRule(0, 4, 0, 10), subject("A", n -> n % 100 < 50 ? 0.5 : 0.6));
    assertEquals(Stop.RUNS, rounds.stop());
    assertEquals(1000, rounds.stats(0).runs());
  }

  @Test
  void slowSubjectsGetAMinute() {
    Rounds rounds = measure(new RoundRule(3, 20, 0.02, 1), subject("A", n -> 9000));
    assertEquals(Stop.LIMIT, rounds.stop());
    assertEquals(8, rounds.stats(0).runs());
    assertEquals(3 + 8, calls.size());
  }

  @Test
  void impossibleRulesAreRefused() {
    assertThrows(InputException.class, () -> new RoundRule(-1, 20, 0, 1));
    assertThrows(InputException.class, () -> new RoundRule(0, 0, 0, 1));
    assertThrows(InputException.class, () -> new RoundRule(0, 1, Double.NaN, 1));
    assertThrows(InputException.class, () -> new RoundRule(0, 1, 0, -1));
    assertThrows(InputException.class, () -> new RoundRule(0, 1, 0, Double.POSITIVE_INFINITY));
  }

  @Test
  void failuresOfASubjectReachTheCaller() {
    Runnable failing =
        () -> {
          throw new IllegalStateException("broken");
        };
    assertThrows(IllegalStateException.class, () -> measure(new RoundRule(0, 3, 0, 10), failing));
  }
}
