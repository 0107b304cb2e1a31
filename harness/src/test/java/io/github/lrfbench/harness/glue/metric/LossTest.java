package io.github.lrfbench.harness.glue.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class LossTest {
  @Test
  void crossEntropyOfEqualLogitsIsTheLogarithmOfTheClasses() {
    float[][] logits = {{0, 0, 0}, {1e30f, 1e30f, 1e30f}, {-5, -5, -5}};
    assertEquals(Math.log(3), Loss.crossEntropy(new int[] {0, 1, 2}, logits), 1e-15);
  }

  @Test
  void crossEntropyOfLargeLogitsDoesNotOverflow() {
    float[][] logits = {{1000, -1000}, {1000, -1000}};
    assertEquals(1000, Loss.crossEntropy(new int[] {0, 1}, logits), 1e-12);
    float[][] one = {{1, 2}};
    assertEquals(Math.log1p(Math.exp(-1)), Loss.crossEntropy(new int[] {1}, one), 1e-15);
  }

  @Test
  void meanSquaredError() {
    assertEquals(2.5, Loss.meanSquaredError(new double[] {0, 5}, new double[] {1, 3}), 1e-15);
  }

  @Test
  void refusesBadArguments() {
    float[][] logits = {{1, 2}};
    assertThrows(IllegalArgumentException.class, () -> Loss.crossEntropy(new int[] {2}, logits));
    assertThrows(IllegalArgumentException.class, () -> Loss.crossEntropy(new int[] {0, 1}, logits));
    assertThrows(
        IllegalArgumentException.class, () -> Loss.meanSquaredError(new double[0], new double[0]));
  }
}
