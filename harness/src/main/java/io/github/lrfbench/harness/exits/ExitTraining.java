package io.github.lrfbench.harness.exits;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How exits are trained, and what each of them is made of. */
public enum ExitTraining {
  /**
   * DeeBERT (Xin et al. 2020, "DeeBERT: Dynamic Early Exiting for Accelerating BERT Inference"):
   * the model has been trained and stays as it is. Every exit is a whole head of its own, whose
   * first layer starts as the model's; all learn by the sum of their losses.
   */
  TWO_STAGE,

  /**
   * PABEE (Zhou et al. 2020, "BERT Loses Patience: Fast and Robust Inference with Early Exit"): the
   * model and its exits are trained together by the mean of the losses of all L blocks, that of
   * block j weighted by j. The exits share the first layer of the model's head.
   */
  JOINT;

  /** The name that users give and {@code config.json} holds. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The training of a name.
   *
   * @param where the name stands, for the complaint
   * @throws InputException if there is none
   */
  public static ExitTraining parse(String where, String label) {
    return Arrays.stream(values())
        .filter(training -> training.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    where
                        + " must be "
                        + Arrays.stream(values())
                            .map(ExitTraining::label)
                            .collect(Collectors.joining(" or "))
                        + ", but is '"
                        + label
                        + "'"));
  }

  /** Whether exits have a first layer of their own. */
  boolean ownsFirstLayer() {
    return this == TWO_STAGE;
  }

  /**
   * How much the losses of the exits count, after the first block first.
   *
   * @param blocks L
   * @return of two-stage training L - 1 numbers, of joint training L
   */
  double[] weights(int blocks) {
    if (this == TWO_STAGE) {
      return IntStream.range(1, blocks).mapToDouble(j -> 1).toArray();
    }
    double sum = blocks * (blocks + 1) / 2.0;
    return IntStream.rangeClosed(1, blocks).mapToDouble(j -> j / sum).toArray();
  }
}
