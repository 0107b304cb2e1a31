package io.github.lrfbench.harness.glue.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConfusionTest {
  @Test
  void twoClasses() {
    Confusion confusion =
        Confusion.of(new int[] {1, 1, 1, 0, 0, 1, 0, 1}, new int[] {1, 0, 1, 0, 1, 1, 0, 1}, 2);
    assertEquals(0.75, confusion.accuracy());
    assertEquals(0.8, confusion.f1(), 1e-15);
    assertEquals(7 / 15.0, confusion.mcc(), 1e-15);
    assertEquals(1, confusion.count(0, 1));
    assertEquals((0.75 + 0.8) / 2, GlueMetric.ACCURACY_F1.of(confusion), 1e-15);
  }

  @Test
  void threeClasses() {
    Confusion confusion =
        Confusion.of(new int[] {0, 1, 2, 2, 1, 0}, new int[] {0, 1, 2, 1, 1, 0}, 3);
    assertEquals(18 / Math.sqrt(24.0 * 22), confusion.mcc(), 1e-15);
    assertEquals(0.783349, confusion.mcc(), 1e-6);
  }

  @Test
  void undefinedIsZero() {
    int[] labels = {0, 1, 1, 0};
    assertEquals(0, Confusion.of(labels, new int[] {1, 1, 1, 1}, 2).mcc());
    assertEquals(0, Confusion.of(labels, new int[4], 2).f1());
    assertEquals(0, Confusion.of(new int[4], new int[4], 2).f1());
    assertEquals(0, Confusion.of(new int[4], labels, 2).mcc());
    assertEquals(0, Confusion.of(new int[] {2}, new int[] {2}, 3).mcc());
  }

  @Test
  void binaryMatthewsFormulaHoldsWhereIntegersWouldOverflow() {
    int n = 400_000;
    SplittableRandom random = new SplittableRandom(3);
    int[] labels = random.ints(n, 0, 2).toArray();
    int[] predictions = labels.clone();
    for (int i = 0; i < n; i += 3) {
      predictions[i] = random.nextInt(2);
    }
    Confusion confusion = Confusion.of(labels, predictions, 2);
    double tp = confusion.count(1, 1);
    double tn = confusion.count(0, 0);
    double fp = confusion.count(0, 1);
    double fn = confusion.count(1, 0);
    double product =
        Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn);
    assertEquals((tp * tn - fp * fn) / product, confusion.mcc(), 1e-12);
  }

  @Test
  void refusesBadArguments() {
    int[] one = {0};
    assertThrows(IllegalArgumentException.class, () -> Confusion.of(new int[0], new int[0], 2));
    assertThrows(IllegalArgumentException.class, () -> Confusion.of(one, new int[2], 2));
    assertThrows(IllegalArgumentException.class, () -> Confusion.of(one, new int[] {2}, 2));
    assertThrows(IllegalArgumentException.class, () -> Confusion.of(new int[] {-1}, one, 2));
    Confusion confusion = Confusion.of(one, one, 2);
    assertThrows(IllegalArgumentException.class, () -> GlueMetric.PEARSON_SPEARMAN.of(confusion));
  }
}
