package io.github.lrfbench.harness.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.compress.lowrank.RankPoints;
import io.github.lrfbench.kernels.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
  /** The rank that a budget gives; errors are not known. */
  private static int rank(Budget budget, int rows, int cols) {
    OperatingPoints points = RankPoints.of(rows, cols);
    return points.get(budget.choose(points)).rank();
  }

  private static int rank(Budget budget, int rows, int cols, double... values) {
    OperatingPoints points = RankPoints.of(rows, cols, values);
    return points.get(budget.choose(points)).rank();
  }

  /** A matrix of codes of 2, 4 and 8 bits with a scale for every row. */
  private static OperatingPoints codes(int rows, int cols) {
    long numbers = (long) rows * cols;
    return new OperatingPoints(
        rows,
        cols,
        Double.NaN,
        List.of(
            new Point(numbers + rows, 2 * numbers + 32L * rows, Double.NaN, 0, "2 bits"),
            new Point(numbers + rows, 4 * numbers + 32L * rows, Double.NaN, 0, "4 bits"),
            new Point(numbers + rows, 8 * numbers + 32L * rows, Double.NaN, 0, "8 bits")));
  }

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
    assertEquals(rank, rank(new Budget.Keep(keep), rows, cols));
  }

  @Test
  void keepIsTheFormulaAtEveryShape() {
    int[] sides = {1, 2, 3, 5, 7, 12, 17, 20, 31, 32, 48, 63, 64, 96, 100, 128, 257};
    for (int rows : sides) {
      for (int cols : sides) {
        for (int percent = 1; percent <= 100; percent++) {
          assertFormula(rows, cols, percent / 100.0);
          assertFormula(rows, cols, percent * 0.01);
        }
      }
    }
    for (int[] shape : new int[][] {{768, 768}, {3072, 768}, {768, 3072}, {2304, 768}, {2, 768}}) {
      for (int permille = 1; permille <= 1000; permille++) {
        assertFormula(shape[0], shape[1], permille / 1000.0);
      }
    }
  }

  private static void assertFormula(int m, int n, double keep) {
    int expected = Math.max(1, (int) Math.floor(keep * m * n / (m + n)));
    assertEquals(expected, rank(new Budget.Keep(keep), m, n), () -> keep + " of " + m + " x " + n);
    assertEquals(
        expected,
        rank(new Budget.Bits(32 * keep), m, n),
        () -> 32 * keep + " bits of " + m + " x " + n);
  }

  @Test
  void aRankIsCutToTheSmallerSide() {
    assertEquals(8, rank(new Budget.Rank(8), 10, 20));
    assertEquals(10, rank(new Budget.Rank(800), 10, 20));
  }

  /** FX-1: cumulative energies 0.513886, 0.873272, 1. */
  @ParameterizedTest
  @CsvSource({"0.5, 1", "0.52, 2", "0.87, 2", "0.88, 3", "1, 3"})
  void energyTakesTheSmallestRankThatHoldsTheShare(double share, int rank) {
    assertEquals(rank, rank(new Budget.Energy(share), 4, 3, 4.645775, 3.885123, 2.307074));
  }

  @Test
  void energyOfAZeroMatrixIsHeldByRankOne() {
    assertEquals(1, rank(new Budget.Energy(0.9), 2, 2, 0, 0));
  }

  @Test
  void bitsTakeTheDearestPointThatFits() {
    // 16 x 64 has half a bit a number in scales.
    OperatingPoints matrix = codes(16, 64);
    assertEquals(0, new Budget.Bits(2.5).choose(matrix));
    assertEquals(0, new Budget.Bits(4.4999).choose(matrix));
    assertEquals(1, new Budget.Bits(4.5).choose(matrix));
    assertEquals(1, new Budget.Bits(8.4999).choose(matrix));
    assertEquals(2, new Budget.Bits(8.5).choose(matrix));
    assertEquals(2, new Budget.Bits(32).choose(matrix));
    assertEquals(0, new Budget.Bits(1e-300).choose(matrix), "the cheapest where none fits");
  }

  @Test
  void allowancesAreInTheUnitOfTheBudget() {
    OperatingPoints matrix = codes(16, 64);
    assertEquals(Budget.Unit.BITS, new Budget.Bits(3).unit());
    assertEquals("bits", new Budget.Bits(3).kind());
    assertEquals(3, new Budget.Bits(3).value());
    assertEquals(3 * 1024, new Budget.Bits(3).allowance(matrix));
    assertEquals(matrix.denseBits(), new Budget.Bits(32).allowance(matrix));
    assertEquals(512, new Budget.Keep(0.5).allowance(matrix));
    OperatingPoints lowRank = RankPoints.of(10, 20);
    assertEquals(3 * 30, new Budget.Rank(3).allowance(lowRank));
    assertEquals(200, new Budget.Rank(7).allowance(lowRank), "no more than the matrix takes");
    assertFalse(new Budget.Bits(3).needsErrors());
    assertFalse(new Budget.Bits(3).needsRanks());
    assertFalse(new Budget.Keep(0.5).needsRanks());
    assertTrue(new Budget.Rank(3).needsRanks());
    assertTrue(new Budget.Energy(0.5).needsRanks());
    assertTrue(new Budget.Energy(0.5).needsErrors());
  }

  /** What is counted as numbers is none the fewer for fewer bits. */
  @Test
  void aFractionOfNumbersIsNoFractionOfBits() {
    assertEquals(0, new Budget.Keep(0.9).choose(codes(16, 64)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 32.0001, Double.NaN, Double.POSITIVE_INFINITY})
  void bitsOutsideOfZeroToThirtyTwoAreInputErrors(double value) {
    assertThrows(InputException.class, () -> new Budget.Bits(value));
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
    assertFalse(savesNothing(768, 768, 383));
    assertTrue(savesNothing(768, 768, 384));
    assertFalse(savesNothing(3072, 768, 614));
    assertTrue(savesNothing(3072, 768, 615));
    assertTrue(savesNothing(1, 1, 1));
  }

  private static boolean savesNothing(int rows, int cols, int rank) {
    return RankPoints.of(rows, cols).savesNothing(rank - 1);
  }
}
