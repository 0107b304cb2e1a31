package io.github.lrfbench.harness.calibrate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExampleSplitTest {
  @ParameterizedTest
  @CsvSource({
    // Enough for both; nothing is held out that nobody asks for.
    "3668, 1024, 128, 1024, 128",
    "635, 1024, 0, 635, 0",
    "1, 1024, 0, 1, 0",
    "384, 256, 128, 256, 128",
    // Fewer than asked for, but more than a fifth.
    "356, 256, 128, 256, 100",
    // A fifth.
    "258, 256, 128, 207, 51",
    "635, 1024, 128, 508, 127",
    "635, 1024, 64, 571, 64",
    "256, 256, 128, 205, 51",
    "40, 2147483647, 128, 32, 8",
    "20, 12, 128, 12, 8"
  })
  void theTwoDoNotOverlap(int all, int calibration, int wanted, int collected, int heldOut) {
    ExampleSplit split = ExampleSplit.of("train.tsv", all, calibration, wanted);
    assertEquals(new ExampleSplit(collected, heldOut), split);
    assertTrue(split.calibration() + split.heldOut() <= all);
  }

  @Test
  void tooFewAreRefusedInALineThatSaysWhatToDo() {
    InputException few =
        assertThrows(InputException.class, () -> ExampleSplit.of("a/train.tsv", 39, 1024, 128));
    assertEquals(
        "a/train.tsv: 39 training examples are too few to hold 8 out that the method chooses by;"
            + " it takes 40, or --calibration 31 or fewer",
        few.getMessage());
    ExampleSplit.of("a/train.tsv", 39, 31, 128);
    assertThrows(InputException.class, () -> ExampleSplit.of("t", 39, 32, 128));
    assertThrows(InputException.class, () -> ExampleSplit.of("t", 1, 1, 8));
  }
}
