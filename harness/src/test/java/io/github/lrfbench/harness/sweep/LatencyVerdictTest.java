package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.measure.RoundRule.Stop;
import io.github.lrfbench.harness.measure.Rounds;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.TimeColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * From timed calls to the verdicts of {@code report --compare}, on a machine that is made up: calls
 * follow on one another's load, bursts of other work make many in a row several times as long,
 * rounds drift, and from run to run all is slower or faster, not quite by as much for each model.
 */
class LatencyVerdictTest {
  private static final int CELLS = 24;
  private static final int FILES = 100;

  /**
   * A run of the program over all cells.
   *
   * @param random of this run
   * @param busy how much load comes and goes; 1 is an ordinary machine
   * @param gain by how much every model is faster than in other runs
   */
  private static List<RunRow> run(Random random, double busy, double gain) {
    List<RunRow> rows = new ArrayList<>();
    double run = 0.04 * busy * random.nextGaussian();
    for (int cell = 0; cell < CELLS; cell++) {
      double drift = 0.03 * busy * random.nextGaussian();
      // Ratios repeat to 1.5 % in the median, a standard deviation of 1.5 % of each.
      double own = 0.015 * random.nextGaussian() - Math.log(1 + 0.05 * cell) - Math.log(gain);
      double sensitivity = cell % 5 * 0.1 - 0.2;
      double load = 0;
      double call = 0;
      double burst = 0;
      List<long[][]> rounds = new ArrayList<>();
      for (int round = 0; round < 10; round++) {
        load = 0.6 * load + 0.05 * busy * random.nextGaussian();
        double machine = run + drift + load;
        long[][] calls = new long[2][20];
        for (int i = 0; i < 20; i++) {
          burst = burst > 0 ? (random.nextInt(8) == 0 ? 0 : burst) : 0;
          burst = random.nextDouble() < 0.01 * busy ? 3 * random.nextDouble() : burst;
          for (int subject = 0; subject < 2; subject++) {
            call = 0.7 * call + 0.03 * random.nextGaussian();
            double log = machine + call + burst * random.nextDouble();
            log += subject == 0 ? own + sensitivity * machine : 0;
            calls[subject][i] = Math.round(2e6 * Math.exp(log));
          }
        }
        rounds.add(calls);
      }
      rows.add(StoredTimings.row("cell" + cell, new Rounds(new long[2], rounds, Stop.TIME)));
    }
    return rows;
  }

  /** How many of many comparisons of runs in which nothing changed call any cell other. */
  private static int falseAlarms(double busy) {
    int alarms = 0;
    for (int i = 0; i < FILES; i++) {
      Random random = new Random(1000 + i);
      int[] counts = StoredTimings.verdicts(run(random, busy, 1), run(random, busy, 1));
      alarms += counts[0] + counts[1] > 0 ? 1 : 0;
    }
    return alarms;
  }

  /** Of 100 at a level of 5 %, more than 10 would come of chance once in 90 times. */
  @Test
  void nothingChangedIsSeldomCalledAChange() {
    int alarms = falseAlarms(1);
    assertTrue(alarms <= 10, "alarms: " + alarms);
  }

  @Test
  void norOnABusyMachine() {
    int alarms = falseAlarms(5);
    assertTrue(alarms <= 10, "alarms: " + alarms);
  }

  @Test
  void aTenthIsFound() {
    int found = 0;
    for (int i = 0; i < 10; i++) {
      Random random = new Random(2000 + i);
      List<RunRow> before = run(random, 1, 1);
      int[] faster = StoredTimings.verdicts(before, run(random, 1, 1.1));
      assertEquals(0, faster[1]);
      int[] slower = StoredTimings.verdicts(before, run(random, 1, 1 / 1.1));
      assertEquals(0, slower[0]);
      found += faster[0] + slower[1];
    }
    assertTrue(found > 0.7 * 2 * 10 * CELLS, "found: " + found + " of " + 2 * 10 * CELLS);
  }

  /** One model alone that is a fifth faster, among others that are as they were. */
  @Test
  void oneChangeAmongManyIsFound() {
    Random random = new Random(5);
    List<RunRow> before = run(random, 1, 1);
    List<RunRow> after = new ArrayList<>(run(random, 1, 1));
    after.set(7, run(random, 1, 1.2).get(7));
    assertArrayEquals(new int[] {1, 0}, StoredTimings.verdicts(before, after));
  }

  /** What the mean and an error of independent calls would say, which is what was done before. */
  @Test
  void meansOfCallsWouldCryWolf() {
    Random random = new Random(1000);
    List<RunRow> before = run(random, 1, 1);
    List<RunRow> after = run(random, 1, 1);
    int alarms = 0;
    for (int i = 0; i < CELLS; i++) {
      double[] a = means(before.get(i));
      double[] b = means(after.get(i));
      alarms += Math.abs(a[0] - b[0]) > 1.96 * Math.hypot(a[1], b[1]) ? 1 : 0;
    }
    assertTrue(alarms > 6, "alarms: " + alarms + "; is the made-up machine too quiet?");
  }

  private static double[] means(RunRow row) {
    double runs = row.get(TimeColumns.LATENCY_RUNS);
    return new double[] {
      row.get(TimeColumns.LATENCY_MS_MEAN), row.get(TimeColumns.LATENCY_MS_STDEV) / Math.sqrt(runs)
    };
  }
}
