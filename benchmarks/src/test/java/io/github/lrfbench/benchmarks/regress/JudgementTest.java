package io.github.lrfbench.benchmarks.regress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JudgementTest {
  private static final double MARGIN = 0.03;
  private static final String MEASURE = "bert/dense 1x128";
  private static final String PEER = "onnxruntime 1.32.0";

  @Test
  void whatLiesBeyondTheMarginHasBecomeSlowerOrFaster() {
    Figure before = figure(0.99, 1, 1.01, 1, 1);
    assertEquals(Verdict.SLOWER, verdict(before, figure(1.09, 1.1, 1.11, 1.1, 1.1)));
    assertEquals(Verdict.FASTER, verdict(before, figure(0.89, 0.9, 0.91, 0.9, 0.9)));
    assertEquals(Verdict.SAME, verdict(before, figure(1, 1.001, 0.999, 1, 1)));
  }

  @Test
  void whatReachesBothSidesOfTheMarginIsUndecided() {
    Figure before = figure(0.99, 1, 1.01, 1, 1);
    assertEquals(Verdict.UNDECIDED, verdict(before, figure(1.02, 1.04, 1.06)));
    assertEquals(Verdict.UNDECIDED, verdict(before, figure(0.8, 1.1, 1.4, 1.2, 1)));
    assertEquals(Verdict.UNDECIDED, verdict(figure(0.8, 1.1, 1.4, 1.2, 1), before));
  }

  @Test
  void aSingleRoundDecidesNothing() {
    assertEquals(Verdict.UNDECIDED, verdict(figure(1, 1, 1), figure(2)));
    assertEquals(Verdict.UNDECIDED, verdict(figure(1), figure(2, 2, 2)));
  }

  @Test
  void roundsWithoutAnyDifferenceAreCertain() {
    assertEquals(Verdict.SLOWER, verdict(figure(1, 1, 1), figure(1.04, 1.04, 1.04)));
    assertEquals(Verdict.SAME, verdict(figure(1, 1, 1), figure(1.02, 1.02, 1.02)));
  }

  /** A round of seven in which the machine did something else changes nothing. */
  @Test
  void aDisturbedRoundIsNoChange() {
    Figure before = figure(0.99, 1, 1.01, 1, 1, 0.995, 1.005);
    assertEquals(Verdict.SAME, verdict(before, figure(0.99, 1, 1.01, 1, 3, 0.995, 1.005)));
  }

  /** Where nothing has changed, rounds that scatter by 2 % are hardly ever called SLOWER. */
  @Test
  void figuresThatAreTheSameAreHardlyEverSlower() {
    SplittableRandom random = new SplittableRandom(1);
    int slower = 0;
    int found = 0;
    int cases = 2000;
    for (int i = 0; i < cases; i++) {
      Figure before = scattered(random, 1);
      slower += verdict(before, scattered(random, 1)) == Verdict.SLOWER ? 1 : 0;
      found += verdict(before, scattered(random, 1.1)) == Verdict.SLOWER ? 1 : 0;
    }
    assertTrue(slower < cases / 200, slower + " of " + cases);
    assertTrue(found > 0.8 * cases, found + " of " + cases);
  }

  @Test
  void theChangeIsAsUncertainAsBothFigures() {
    Change change = Change.between(figure(0.99, 1, 1.01), figure(1.98, 2, 2.02));
    assertEquals(2, change.factor(), 1e-12);
    // Welch: both have the error of log(1.01) / sqrt(3), and 4 degrees together.
    double reach = 2.7764 * Math.sqrt(2) * Math.log(1.01) / Math.sqrt(3);
    assertEquals(Math.log(2) - reach, Math.log(change.interval().low()), 3e-4);
    assertEquals(Math.log(2) + reach, Math.log(change.interval().high()), 3e-4);
  }

  @Test
  void figuresOfAnotherMachineOrAnotherVersionAreNotCompared() {
    Figure now = figure(2, 2, 2);
    Figure zen = with(figure(1, 1, 1), PEER, "Zen", 2);
    Figure threads = with(figure(1, 1, 1), PEER, "Cooperlake", 4);
    Figure older = with(figure(1, 1, 1), "onnxruntime 1.24.1", "Cooperlake", 2);
    for (Figure other : List.of(zen, threads, older)) {
      Judgement judgement = new Judgement(List.of(other), List.of(now), MARGIN);
      assertFalse(judgement.isSlower());
      assertEquals(1, judgement.notes().size());
      assertTrue(judgement.table().contains("not compared"), judgement.table());
    }
    Judgement judgement = new Judgement(List.of(zen, threads), List.of(now), MARGIN);
    assertEquals(
        List.of(
            "figures of AMD EPYC (Zen, 2 threads) are not compared: this is AMD EPYC"
                + " (Cooperlake, 2 threads)",
            "figures of AMD EPYC (Cooperlake, 4 threads) are not compared: this is AMD EPYC"
                + " (Cooperlake, 2 threads)"),
        judgement.notes());
    assertEquals(
        List.of("onnxruntime 1.24.1 is not compared with onnxruntime 1.32.0"),
        new Judgement(List.of(older), List.of(now), MARGIN).notes());
  }

  @Test
  void aRowTellsWhatItWasAndTheVerdict() {
    Judgement judgement =
        new Judgement(List.of(figure(1, 1, 1)), List.of(figure(1.1, 1.1, 1.1)), MARGIN);
    assertTrue(judgement.isSlower());
    assertTrue(
        judgement
            .table()
            .matches(
                "(?s).*bert/dense 1x128 +onnxruntime 1.32.0 +1.100 +1.100 to 1.100 +1.000"
                    + " +\\+10.0 % +\\+10.0 to \\+10.0 +SLOWER\n"),
        judgement.table());
    assertEquals(List.of(), judgement.notes());
  }

  /** Those of other machines stay; another version of a peer takes the place of the one before. */
  @Test
  void anUpdateReplacesTheFiguresOfThisMachine() {
    Figure zen = with(figure(1, 1, 1), PEER, "Zen", 2);
    Figure older = with(figure(1, 1, 1), "onnxruntime 1.24.1", "Cooperlake", 2);
    Figure limit = with(figure(1, 1, 1), Figure.LIMIT, "Cooperlake", 2);
    Figure now = figure(2, 2, 2);
    Figure newLimit = with(figure(3, 3, 3), Figure.LIMIT, "Zen", 2);
    assertEquals(
        List.of(zen, now, limit, newLimit),
        new Judgement(List.of(zen, older, limit), List.of(now, newLimit), MARGIN).updated());
  }

  @Test
  void timesAreReadByRuntimeAndSubject() {
    List<String> output =
        List.of("runtime,subject,ms", "lrfbench,a,3", "peer,a,8", "lrfbench,a,1", "lrfbench,b,5");
    assertEquals(
        Map.of("a", 2.0, "b", 5.0),
        Timed.medians(
            Timed.OURS,
            output,
            cells -> new Timed(cells[0], cells[1], Double.parseDouble(cells[2]))));
  }

  private static Verdict verdict(Figure before, Figure after) {
    return Change.between(before, after).verdict(MARGIN);
  }

  private static Figure scattered(SplittableRandom random, double ratio) {
    return figure(
        random.doubles(7).map(u -> ratio * Math.exp(0.02 * Math.sqrt(12) * (u - 0.5))).toArray());
  }

  private static Figure figure(double... ratios) {
    return new Figure(
        MEASURE,
        PEER,
        "AMD EPYC",
        "Cooperlake",
        2,
        ratios.length,
        Figure.median(ratios),
        Figure.interval(ratios),
        "0123456789ab",
        "2026-11-30");
  }

  private static Figure with(Figure figure, String yardstick, String kernel, int threads) {
    return new Figure(
        figure.measure(),
        yardstick,
        figure.processor(),
        kernel,
        threads,
        figure.rounds(),
        figure.ratio(),
        figure.interval(),
        figure.commit(),
        figure.date());
  }
}
