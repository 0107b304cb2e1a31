package io.github.lrfbench.harness.compress.lowrank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampledErrorsTest {
  /** Of errors whose quotient to the starts' is a line of the rank nothing is lost. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 100, 383})
  void fewSolutionsTellTheOthers(int ranks) {
    double[] starts = new double[ranks];
    double[] solved = new double[ranks];
    for (int i = 0; i < ranks; i++) {
      starts[i] = 5 * Math.exp(-0.02 * i);
      solved[i] = starts[i] * (0.9 - 0.5 * (i + 1) / ranks);
    }
    List<Integer> asked = new ArrayList<>();
    double[] errors =
        SampledErrors.of(
            starts,
            rank -> {
              asked.add(rank);
              return solved[rank - 1];
            });
    assertTrue(asked.size() <= 8);
    assertTrue(ranks > 8 || asked.size() == ranks);
    assertEquals(ranks, asked.get(asked.size() - 1));
    for (int i = 0; i < ranks; i++) {
      // Below the smallest sample the quotient is the same.
      double slack = i + 1 < asked.get(0) ? 0.01 : 1e-12;
      assertEquals(solved[i], errors[i], slack * starts[0], "rank " + (i + 1));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1e-18})
  void startsThatLoseNothingTellOfNothing(double error) {
    double[] starts = new double[20];
    Arrays.fill(starts, error);
    double[] errors = SampledErrors.of(starts, rank -> 0);
    for (double of : errors) {
      assertEquals(0, of, 1e-15);
    }
  }
}
