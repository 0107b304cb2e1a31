package io.github.lrfbench.harness.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.svd.Spectrum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
  private static final Spectrum NOT_ASKED =
      () -> {
        throw new AssertionError("asked for singular values");
      };

  /** The table of ranks of BERT-base in the literature's convention. */
  @ParameterizedTest
  @CsvSource({
    "768, 768, 0.9, 345",
    "768, 768, 0.5, 192",
    "768, 768, 0.3, 115",
    "3072, 768, 0.9, 552",
    "768, 3072, 0.2, 122",
    "2304, 768, 0.7, 403",
    "1, 1, 0.5, 1"
  })
  void keepGivesTheFlooredRankOfTheKeptFraction(int rows, int cols, double keep, int rank) {
    assertEquals(rank, new Budget.Keep(keep).rank(rows, cols, NOT_ASKED));
  }

  @Test
  void aRankIsCutToTheSmallerSide() {
    assertEquals(8, new Budget.Rank(8).rank(10, 20, NOT_ASKED));
    assertEquals(10, new Budget.Rank(800).rank(10, 20, NOT_ASKED));
  }

  /** FX-1: cumulative energies 0.513886, 0.873272, 1. */
  @ParameterizedTest
  @CsvSource({"0.5, 1", "0.52, 2", "0.87, 2", "0.88, 3", "1, 3"})
  void energyTakesTheSmallestRankThatHoldsTheShare(double share, int rank) {
    double[] sigma = {4.645775, 3.885123, 2.307074};
    assertEquals(rank, new Budget.Energy(share).rank(4, 3, () -> sigma));
  }

  @Test
  void energyOfAZeroMatrixIsHeldByRankOne() {
    assertEquals(1, new Budget.Energy(0.9).rank(2, 2, () -> new double[2]));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.1, 1.0001, Double.NaN, Double.POSITIVE_INFINITY})
  void fractionsOutsideOfZeroToOneAreInputErrors(double value) {
    assertThrows(InputException.class, () -> new Budget.Keep(value));
    assertThrows(InputException.class, () -> new Budget.Energy(value));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void ranksBelowOneAreInputErrors(int rank) {
    assertThrows(InputException.class, () -> new Budget.Rank(rank));
  }

  @Test
  void breakEvenIsWhereTheFactorsHoldAsManyNumbersAsTheMatrix() {
    assertFalse(Budget.atOrAboveBreakEven(768, 768, 383));
    assertTrue(Budget.atOrAboveBreakEven(768, 768, 384));
    assertFalse(Budget.atOrAboveBreakEven(3072, 768, 614));
    assertTrue(Budget.atOrAboveBreakEven(3072, 768, 615));
    assertTrue(Budget.atOrAboveBreakEven(1, 1, 1));
  }
}
