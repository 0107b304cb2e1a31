package io.github.lrfbench.harness.model;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The types in which a model computes, as users name them. */
public enum Precision {
  FP32(DType.F32),
  /** Numbers are F32, but factors of products may be rounded to 10 bits. */
  TF32(DType.F32),
  FP16(DType.F16),
  BF16(DType.BF16);

  private final DType storage;

  Precision(DType storage) {
    this.storage = storage;
  }

  /** The type of the model's numbers. */
  public DType storage() {
    return storage;
  }

  /** The name that {@link #parse} knows. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The precision of a name.
   *
   * @throws InputException if there is none
   */
  public static Precision parse(String label) {
    for (Precision precision : values()) {
      if (precision.label().equals(label)) {
        return precision;
      }
    }
    throw new InputException(
        "--dtype "
            + label
            + " is unknown; known are "
            + Arrays.stream(values()).map(Precision::label).collect(Collectors.joining(", ")));
  }
}
