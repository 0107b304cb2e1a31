package io.github.lrfbench.harness.budget;

import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Of what {@code --energy} is a share. */
public enum EnergyOf {
  /** The method's own metric: what its singular values are of. */
  OWN,
  /** The squared Frobenius norm of W. */
  WEIGHTS,
  /** The squared norm of W's outputs on the calibration tokens. */
  OUTPUTS;

  /** The name in options and results: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * What a user wrote.
   *
   * @throws InputException if it is none of them
   */
  public static EnergyOf parse(String label) {
    return Arrays.stream(values())
        .filter(of -> of.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "--energy-of must be one of "
                        + Arrays.stream(values())
                            .map(EnergyOf::label)
                            .collect(Collectors.joining(", "))
                        + ", but is '"
                        + label
                        + "'"));
  }
}
