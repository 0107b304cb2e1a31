package io.github.lrfbench.harness.exits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.exits.ExitPolicy.Entropy;
import io.github.lrfbench.harness.exits.ExitPolicy.Judge;
import io.github.lrfbench.harness.exits.ExitPolicy.Patience;
import io.github.lrfbench.kernels.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies decide as their papers say; worked numbers. */
class ExitPolicyTest {
  private static final float INFINITY = Float.NEGATIVE_INFINITY;

  @Test
  void entropiesAreThoseOfTheSoftmax() {
    assertEquals(0.365334, Entropy.of(new float[] {2, 0}), 5e-7);
    assertEquals(0.693147, Entropy.of(new float[] {0, 0}), 5e-7);
    assertEquals(0.000499, Entropy.of(new float[] {10, 0}), 5e-7);
    assertEquals(Math.log(3), Entropy.of(new float[] {7, 7, 7}), 1e-12);
  }

  /** Where the released code gives NaN. */
  @Test
  void aProbabilityOfZeroAddsNothing() {
    assertEquals(0, Entropy.of(new float[] {1000, -1000}));
    assertEquals(0, Entropy.of(new float[] {0, INFINITY}));
    assertEquals(Math.log(2), Entropy.of(new float[] {3, INFINITY, 3}), 1e-12);
  }

  /** Strictly below: what is certain does not stop at 0, nor what is undecided at ln 2. */
  @Test
  void theThresholdItselfDoesNotStop() {
    float[] undecided = {0, 0};
    assertFalse(new Entropy(Math.log(2)).judge().stops(1, undecided));
    assertTrue(new Entropy(0.6932).judge().stops(1, undecided));
    assertFalse(new Entropy(0).judge().stops(1, new float[] {1000, -1000}));
    assertFalse(new Entropy(0).looksAt(1));
  }

  private static int stop(ExitPolicy policy, float[]... outputs) {
    Judge judge = policy.judge();
    for (int i = 0; i < outputs.length; i++) {
      if (judge.stops(i + 1, outputs[i])) {
        return i + 1;
      }
    }
    return -1;
  }

  @Test
  void patienceCountsPredictionsThatStay() {
    float[] a = {2, 1};
    float[] b = {1, 2};
    float[] tie = {1, 1};
    assertEquals(2, stop(new Patience(1, Double.NaN), a, a, b));
    assertEquals(4, stop(new Patience(1, Double.NaN), a, b, a, tie));
    assertEquals(5, stop(new Patience(2, Double.NaN), a, a, b, b, b));
    assertEquals(-1, stop(new Patience(3, Double.NaN), a, a, a, b, b, b));
    assertFalse(new Patience(0, Double.NaN).looksAt(1));
  }

  @Test
  void scoresStayWhereTheyDifferByLess() {
    float[][] scores = {{1}, {1.5f}, {1.75f}, {1.75f}};
    assertEquals(3, stop(new Patience(1, 0.5), scores));
    assertEquals(4, stop(new Patience(1, 0.25), scores));
    assertEquals(-1, stop(new Patience(1, 0), scores));
  }

  @ParameterizedTest
  @CsvSource({
    "entropy:0.10, entropy:0.1",
    "entropy:0, entropy:0",
    "entropy:1e-3, entropy:0.001",
    "patience:2, patience:2",
    "patience:2:tau=0.50, patience:2:tau=0.5",
    "' layer:3', layer:3"
  })
  void aPolicyIsReadAndTold(String text, String told) {
    ExitPolicy policy = ExitPolicy.parse(text);
    assertEquals(told, policy.text());
    assertEquals(policy, ExitPolicy.parse(told));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "entropy",
        "entropy:",
        "entropy:-1",
        "entropy:NaN",
        "entropy:Infinity",
        "entropy:0.1:tau=1",
        "patience:1.5",
        "patience:-1",
        "patience:2:tau",
        "patience:2:tau=x",
        "layer:0",
        "confidence:0.9",
        "entropy:0,1"
      })
  void whatIsNoneIsRefusedInOneLine(String text) {
    String message = assertThrows(InputException.class, () -> ExitPolicy.parse(text)).getMessage();
    assertTrue(message.contains("'" + text + "'") && !message.contains("\n"), message);
  }

  /** DeeBERT on MRPC, which its authors' code gives as the expected saving. */
  @Test
  void theRemainingCostIsTheMeanShareOfBlocks() {
    ExitTally tally = new ExitTally(12);
    add(tally, 10, 49);
    add(tally, 11, 62);
    add(tally, 12, 297);
    assertEquals(0.967320, tally.remaining(), 5e-7);
    assertEquals(408, tally.sequences());
    assertEquals(297.0 / 408, tally.shares()[11]);
    assertEquals(3, tally.meanFlops(), 1e-12);
    assertEquals(7, tally.meanWholeFlops(), 1e-12);
  }

  private static void add(ExitTally tally, int block, int count) {
    for (int i = 0; i < count; i++) {
      tally.add(block, 3, 7);
    }
  }

  @Test
  void jointLossesWeighAsTheirBlocksAreNumbered() {
    double[] joint = ExitTraining.JOINT.weights(3);
    assertEquals(1 / 6.0, joint[0], 1e-15);
    assertEquals(2 / 6.0, joint[1], 1e-15);
    assertEquals(3 / 6.0, joint[2], 1e-15);
    assertEquals(2, ExitTraining.TWO_STAGE.weights(3).length);
    assertEquals(1, ExitTraining.TWO_STAGE.weights(3)[1]);
  }
}
