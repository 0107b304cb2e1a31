package io.github.lrfbench.harness.sweep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.measure.RoundRule.Stop;
import io.github.lrfbench.harness.measure.Rounds;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import io.github.lrfbench.harness.result.TimeColumns;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From timed calls to the verdicts of {@code report --compare}, on a machine that is made up: calls
 * follow on one another's load, bursts of other work make many in a row several times as long,
 * rounds drift, and from run to run all is slower or faster, not quite by as much for each model.
 */
class LatencyVerdictTest {
  private static final int CELLS = 24;
  private static final int FILES = 100;

  @TempDir private Path folder;

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

  /** Of all cells at once, each against what 24 cells might do by chance. */
  @Test
  void aTenthIsFound() {
    double quiet = found(0.3);
    assertTrue(quiet > 0.85, "found: " + quiet);
    double ordinary = found(1);
    assertTrue(ordinary > 0.5, "found: " + ordinary);
  }

  /** The share of cells of which a change by a tenth is told; none is told the wrong way. */
  private static double found(double busy) {
    int found = 0;
    for (int i = 0; i < 10; i++) {
      Random random = new Random(2000 + i);
      List<RunRow> before = run(random, busy, 1);
      int[] faster = StoredTimings.verdicts(before, run(random, busy, 1.1));
      assertEquals(0, faster[1]);
      int[] slower = StoredTimings.verdicts(before, run(random, busy, 1 / 1.1));
      assertEquals(0, slower[0]);
      found += faster[0] + slower[1];
    }
    return found / (2.0 * 10 * CELLS);
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

  /**
   * Two sweeps of the demo, one after the other, on a machine with two processors and a dozen other
   * programs at work: tasks demo-sst2 and demo-rte.
   */
  @Test
  void twoSweepsOfTheSameSayNothing() throws IOException {
    List<RunRow> first = stored("first", 1);
    List<RunRow> second = stored("second", 1);
    assertEquals(12, first.size());
    assertArrayEquals(new int[] {0, 0}, StoredTimings.verdicts(first, second));
    assertTrue(alarmsByMeans(first, second) >= 5, "means would have cried wolf");
    int[] twice = StoredTimings.verdicts(first, stored("second", 2));
    assertEquals(0, twice[1]);
    assertTrue(twice[0] >= 6, "twice as fast, found: " + twice[0]);
  }

  private List<RunRow> stored(String run, double gain) throws IOException {
    Path file = folder.resolve("latencies.csv");
    try (InputStream in = getClass().getResourceAsStream("demo-twice.csv.gz")) {
      Files.copy(new GZIPInputStream(in), file, StandardCopyOption.REPLACE_EXISTING);
    }
    List<SampleRow> samples =
        ResultsCsv.SAMPLES.read(file).stream()
            .filter(sample -> sample.runId().equals(run))
            .map(
                sample ->
                    sample.subject().equals(SampleRow.OWN)
                        ? new SampleRow(
                            run,
                            sample.cellId(),
                            sample.round(),
                            SampleRow.OWN,
                            sample.call(),
                            sample.ms() / gain)
                        : sample)
            .toList();
    List<RunRow> rows = new ArrayList<>();
    StoredTimings.rounds(samples)
        .forEach((cell, rounds) -> rows.add(StoredTimings.row(cell, rounds)));
    return rows;
  }

  /** What means with errors of independent calls say, which is what was compared before. */
  private static int alarmsByMeans(List<RunRow> before, List<RunRow> after) {
    int alarms = 0;
    for (int i = 0; i < before.size(); i++) {
      double gap =
          before.get(i).get(TimeColumns.LATENCY_MS_MEAN)
              - after.get(i).get(TimeColumns.LATENCY_MS_MEAN);
      double error = Math.hypot(errorOfMean(before.get(i)), errorOfMean(after.get(i)));
      alarms += Math.abs(gap) > 1.96 * error ? 1 : 0;
    }
    return alarms;
  }

  private static double errorOfMean(RunRow row) {
    double runs = row.get(TimeColumns.LATENCY_RUNS);
    return row.get(TimeColumns.LATENCY_MS_STDEV) / Math.sqrt(runs);
  }

  @Test
  void meansOfMadeUpCallsWouldCryWolfToo() {
    Random random = new Random(1000);
    int alarms = alarmsByMeans(run(random, 1, 1), run(random, 1, 1));
    assertTrue(alarms > 6, "alarms: " + alarms + "; is the made-up machine too quiet?");
  }
}
