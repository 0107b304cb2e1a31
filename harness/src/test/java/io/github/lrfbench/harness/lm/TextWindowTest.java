package io.github.lrfbench.harness.lm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextWindowTest {
  @Test
  void everyTokenButTheFirstIsPredictedOnceFromAsMuchAsThereIs() {
    for (int tokens = 2; tokens < 40; tokens++) {
      for (int context = 1; context < 12; context++) {
        for (int stride = 1; stride <= context; stride++) {
          int[] predicted = new int[tokens];
          for (TextWindow window : TextWindow.over(tokens, context, stride)) {
            assertTrue(window.length() <= context && window.scored() >= 1);
            assertTrue(window.begin() >= 0 && window.begin() <= window.firstScored());
            // Unless the text begins there, the window is full.
            assertTrue(window.begin() == 0 || window.length() == context);
            for (int t = window.firstScored(); t < window.end(); t++) {
              predicted[t + 1]++;
            }
          }
          int[] once = new int[tokens];
          Arrays.fill(once, 1, tokens, 1);
          assertArrayEquals(once, predicted);
        }
      }
    }
  }

  @Test
  void windowsOverlapByWhatTheStrideLeaves() {
    assertEquals(
        List.of(new TextWindow(0, 0, 4), new TextWindow(2, 4, 6), new TextWindow(3, 6, 7)),
        TextWindow.over(8, 4, 2));
    assertEquals(List.of(new TextWindow(0, 0, 1)), TextWindow.over(2, 4, 4));
  }

  /** By the loop in transformers' documentation: 0 to 4, 2 to 6, 4 to 8, 6 to 9. */
  @Test
  void windowsOfTransformersCountOneLessThanIsNew() {
    assertEquals(
        List.of(new TextWindow(0, 0, 3, 3), new TextWindow(2, 3, 5, 1), new TextWindow(4, 5, 7, 1)),
        TextWindow.ofTransformers(9, 4, 2));
    assertEquals(
        List.of(new TextWindow(0, 0, 3), new TextWindow(4, 4, 5)),
        TextWindow.ofTransformers(6, 4, 4));
    assertEquals(List.of(new TextWindow(0, 0, 1)), TextWindow.ofTransformers(2, 4, 1));
    assertThrows(IllegalArgumentException.class, () -> TextWindow.ofTransformers(9, 1, 1));
  }

  @Test
  void impossibleStrides() {
    assertThrows(IllegalArgumentException.class, () -> TextWindow.over(8, 4, 5));
    assertThrows(IllegalArgumentException.class, () -> TextWindow.over(8, 4, 0));
    assertThrows(IllegalArgumentException.class, () -> TextWindow.over(1, 4, 4));
  }
}
