package io.github.lrfbench.harness.train;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which epoch's weights a training keeps. The dev set decides in none of them. */
public enum Selection {
  /** Those of the last epoch. */
  LAST,
  /** Those of the smallest loss on a part of the training examples that is not trained on. */
  HELD_OUT;

  /** The fewest examples that are held out, and the fewest that are left to train on. */
  public static final int FEWEST = 32;

  /** The most examples that are held out. */
  public static final int MOST = 1024;

  private static final int SHARE = 10;

  /** The name that users give and rows hold. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** All labels, the standard first. */
  public static String[] labels() {
    return Arrays.stream(values()).map(Selection::label).toArray(String[]::new);
  }

  /**
   * The selection of a label.
   *
   * @param option what the user has given it as
   * @throws InputException if there is none
   */
  public static Selection parse(String option, String label) {
    return Arrays.stream(values())
        .filter(selection -> selection.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    option
                        + " must be "
                        + Arrays.stream(labels()).collect(Collectors.joining(" or "))
                        + ", but is '"
                        + label
                        + "'"));
  }

  /**
   * How many of some training examples are held out: none, or a tenth, at least {@value #FEWEST}
   * and at most {@value #MOST}.
   *
   * @throws InputException if fewer than {@value #FEWEST} would be left
   */
  public int heldOut(int examples) {
    if (this == LAST) {
      return 0;
    }
    int held = Math.min(MOST, Math.max(FEWEST, examples / SHARE));
    if (examples - held < FEWEST) {
      throw new InputException(
          "held-out selection needs "
              + 2 * FEWEST
              + " training examples or more, but there are "
              + examples
              + "; keep the last epoch, or give more");
    }
    return held;
  }
}
