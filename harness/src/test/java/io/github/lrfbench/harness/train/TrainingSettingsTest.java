package io.github.lrfbench.harness.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schedule of the learning rate, and the order of examples. */
class TrainingSettingsTest {
  private static TrainingSettings settings(double rate, double warmup) {
    return new TrainingSettings(
        1, rate, 8, 8, warmup, AdamWSettings.DEFAULT, 1, 0, Selection.LAST, 0);
  }

  /** The rates of transformers' get_linear_schedule_with_warmup for the steps of a training. */
  @ParameterizedTest
  @CsvSource({
    // 3 steps of warm-up: ceil(0.25 * 10).
    "0.25, 10, '0 0.3333333333333333 0.6666666666666666 1 0.8571428571428571 0.7142857142857143 0.5714285714285714 0.42857142857142855 0.2857142857142857 0.14285714285714285'",
    "0, 4, '1 0.75 0.5 0.25'",
    "1, 3, '0 0.3333333333333333 0.6666666666666666'",
    "0.1, 1, '0'",
    "0, 1, '1'"
  })
  void ratesAreThoseOfTransformers(double warmup, int total, String rates) {
    double[] expected = Arrays.stream(rates.split(" ")).mapToDouble(Double::parseDouble).toArray();
    TrainingSettings settings = settings(0.5, warmup);
    double[] actual =
        IntStream.rangeClosed(1, total).mapToDouble(s -> 2 * settings.rate(s, total)).toArray();
    assertArrayEquals(expected, actual, 1e-15);
  }

  @ParameterizedTest
  @CsvSource({"0, 0.1", "1, 0.1", "-0.1, 0.1", "NaN, 0.1", "0.1, -0.1", "0.1, 1.1", "0.1, NaN"})
  void numbersThatMakeNoSenseAreRefused(double rate, double warmup) {
    String message = assertThrows(InputException.class, () -> settings(rate, warmup)).getMessage();
    assertTrue(message.startsWith("--lr must") || message.startsWith("--warmup must"), message);
  }

  @Test
  void anEpochTakesEveryExampleOnceInAnOrderOfItsOwn() {
    TrainingSet set = new LabelledExamples(Collections.nCopies(50, null), new double[50], false);
    int[] first = set.order(7, 0);
    int[] sorted = first.clone();
    Arrays.sort(sorted);
    assertArrayEquals(IntStream.range(0, 50).toArray(), sorted);
    assertArrayEquals(first, set.order(7, 0));
    assertFalse(Arrays.equals(first, set.order(7, 1)));
    assertFalse(Arrays.equals(first, set.order(8, 0)));
    assertFalse(Arrays.equals(sorted, first));
  }

  @Test
  void everyOrderIsAboutAsLikely() {
    TrainingSet set = new LabelledExamples(Collections.nCopies(3, null), new double[3], false);
    int[] counts = new int[27];
    for (int epoch = 0; epoch < 6000; epoch++) {
      int[] order = set.order(1, epoch);
      counts[9 * order[0] + 3 * order[1] + order[2]]++;
    }
    int[] seen = Arrays.stream(counts).filter(count -> count > 0).toArray();
    assertEquals(6, seen.length);
    // Six standard deviations of a binomial distribution.
    Arrays.stream(seen).forEach(count -> assertEquals(1000, count, 175));
  }
}
