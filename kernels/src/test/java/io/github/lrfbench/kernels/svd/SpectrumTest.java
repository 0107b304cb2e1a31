package io.github.lrfbench.kernels.svd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpectrumTest {
  private static final Spectrum COMPLETE = new Spectrum(new double[] {4, 2, 2, 1}, 4, 5, true);
  private static final Spectrum LEADING = new Spectrum(new double[] {4, 2}, 4, 5, true);

  @Test
  void energyAndTailAddUp() {
    assertEquals(0.64, COMPLETE.energyKept(1), 1e-15);
    assertEquals(0.8, LEADING.energyKept(2), 1e-15);
    assertEquals(3, COMPLETE.tail(1), 1e-15);
    assertEquals(3, LEADING.tail(1), 1e-15);
    assertEquals(5, LEADING.tail(0), 1e-15);
    assertEquals(0, COMPLETE.tail(4));
    assertEquals(1, COMPLETE.energyKept(4));
  }

  @Test
  void smallTailsOfCompleteSpectraDoNotCancel() {
    Spectrum steep = new Spectrum(new double[] {1, 1e-12}, 2, 1, true);
    assertEquals(1e-12, steep.tail(1), 1e-27);
  }

  @Test
  void unknownRanksAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> LEADING.tail(3));
    assertThrows(IllegalArgumentException.class, () -> LEADING.energyKept(-1));
    assertThrows(IllegalArgumentException.class, () -> new Spectrum(new double[3], 2, 1, true));
  }

  @Test
  void valuesCannotBeChangedFromOutside() {
    double[] values = {2, 1};
    Spectrum spectrum = new Spectrum(values, 2, 3, true);
    values[0] = 9;
    spectrum.values()[1] = 9;
    assertArrayEquals(new double[] {2, 1}, spectrum.values());
  }

  @ParameterizedTest
  @EnumSource(SvdAlgorithm.class)
  void labelsAreParsed(SvdAlgorithm algorithm) {
    assertEquals(algorithm, SvdAlgorithm.parse(algorithm.label()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GRAM", "svd"})
  void unknownLabelsAreInputErrors(String label) {
    assertThrows(InputException.class, () -> SvdAlgorithm.parse(label));
  }

  @Test
  void negativeOptionsAreInputErrors() {
    assertThrows(InputException.class, () -> SvdOptions.DEFAULT.withTolerance(-1));
    assertThrows(InputException.class, () -> SvdOptions.DEFAULT.withTolerance(Double.NaN));
    assertThrows(InputException.class, () -> new SvdOptions(SvdAlgorithm.RANDOMIZED, 0, -1, 2, 0));
    assertThrows(InputException.class, () -> new SvdOptions(SvdAlgorithm.RANDOMIZED, 0, 10, -2, 0));
  }
}
