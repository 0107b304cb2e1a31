package io.github.lrfbench.harness.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class OperatingPointsTest {
  /** The energy is 10. */
  private static final OperatingPoints THREE =
      new OperatingPoints(
          4,
          5,
          10,
          List.of(new Point(7, 100, 6, 0, "a"), new Point(9, 300, 2, 0, "b"), point(20, 640, 0.5)));

  private static Point point(long numbers, long bits, double error) {
    return new Point(numbers, bits, error, 0, "");
  }

  @Test
  void aLimitIsOfOneUnit() {
    assertEquals(0, THREE.atMost(Budget.Unit.NUMBERS, 8.9));
    assertEquals(1, THREE.atMost(Budget.Unit.NUMBERS, 9));
    assertEquals(1, THREE.atMost(Budget.Unit.NUMBERS, 19.9));
    assertEquals(2, THREE.atMost(Budget.Unit.NUMBERS, 20));
    assertEquals(0, THREE.atMost(Budget.Unit.BITS, 299));
    assertEquals(1, THREE.atMost(Budget.Unit.BITS, 300));
    assertEquals(2, THREE.atMost(Budget.Unit.BITS, Double.POSITIVE_INFINITY));
  }

  @Test
  void whereNothingFitsItIsTheCheapest() {
    for (double limit : new double[] {6.9, 0, -1, Double.NaN}) {
      assertEquals(0, THREE.atMost(Budget.Unit.NUMBERS, limit));
    }
  }

  /** The energy is 10. */
  @Test
  void aShareIsHeldFromTheChosenPointOn() {
    assertEquals(2, THREE.withErrors(10, new double[] {1, 5, 1}).ofEnergy(0.8));
    assertEquals(0, THREE.withErrors(10, new double[] {1, 2, 2}).ofEnergy(0.8));
    assertEquals(2, THREE.withErrors(10, new double[] {1, 1, 5}).ofEnergy(0.8));
    assertEquals(2, THREE.withErrors(10, new double[] {1, Double.NaN, 0}).ofEnergy(0.8));
    assertEquals(2, THREE.withErrors(Double.NaN, new double[] {0, 0, 0}).ofEnergy(0.8));
  }

  @Test
  void aShareOfTheEnergyIsWhatTheErrorLeaves() {
    assertEquals(0, THREE.ofEnergy(0));
    assertEquals(0, THREE.ofEnergy(0.4));
    assertEquals(1, THREE.ofEnergy(0.41));
    assertEquals(1, THREE.ofEnergy(0.8));
    assertEquals(2, THREE.ofEnergy(0.81));
    assertEquals(2, THREE.ofEnergy(1), "the dearest where none keeps it");
  }

  @Test
  void ofNothingTheCheapestKeepsAll() {
    assertEquals(0, THREE.withErrors(0, new double[3]).ofEnergy(1));
  }

  @Test
  void whatTakesAsMuchMemoryAsTheMatrixSavesNothing() {
    // 4 x 5 takes 640 bits.
    assertEquals(2, THREE.saving());
    assertEquals(1, one(1, 1, 1, 31).saving());
    assertEquals(0, one(1, 1, 1, 32).saving());
    assertEquals(0, one(1, 1, 2, 64).saving());
    assertEquals(0, one(1, 7, 8, 256).saving());
    assertEquals(1, one(7, 1, 7, 7 * 8 + 32).saving());
  }

  @Test
  void largeMatricesDoNotOverflow() {
    OperatingPoints large = one(1 << 20, 1 << 20, 1L << 30, 1L << 35);
    assertEquals(1L << 40, large.denseNumbers());
    assertEquals(1L << 45, large.denseBits());
    assertEquals(1, large.saving());
  }

  private static OperatingPoints one(int rows, int cols, long numbers, long bits) {
    return new OperatingPoints(rows, cols, 1, List.of(point(numbers, bits, 0)));
  }

  @Test
  void aMatrixHasSomePoint() {
    assertThrows(
        IllegalArgumentException.class, () -> new OperatingPoints(1, 1, Double.NaN, List.of()));
  }

  /** What saves memory is a beginning of the list only where bits do not fall. */
  @Test
  void pointsAreInTheOrderOfTheirCost() {
    Point codes = new Point(100, 800, Double.NaN, 0, "8 bit");
    Point factors = new Point(40, 1280, Double.NaN, 2, "r=2");
    assertEquals(2, new OperatingPoints(10, 10, Double.NaN, List.of(codes, factors)).count());
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new OperatingPoints(10, 10, Double.NaN, List.of(factors, codes)));
    assertTrue(refused.getMessage().contains("8 bit is cheaper than r=2"), refused.getMessage());
  }
}
