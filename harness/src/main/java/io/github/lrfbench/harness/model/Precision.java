package io.github.lrfbench.harness.model;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.InputException;
import io.github.lrfbench.kernels.ProductRounding;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The types in which a model computes, as users name them. */
public enum Precision {
  FP32(DType.F32, ProductRounding.NONE),
  /** Numbers are F32, but factors of products may be rounded to 10 bits. */
  TF32(DType.F32, ProductRounding.TF32),
  FP16(DType.F16, ProductRounding.F16),
  BF16(DType.BF16, ProductRounding.BF16);

  private final DType storage;
  private final ProductRounding training;

  Precision(DType storage, ProductRounding training) {
    this.storage = storage;
    this.training = training;
  }

  /** The type of the model's numbers. */
  public DType storage() {
    return storage;
  }

  /** What products of F32 may be rounded to where a model computes in this type. */
  public ProductRounding rounding() {
    return storage == DType.F32 ? training : ProductRounding.NONE;
  }

  /**
   * What products may be rounded to where a model is trained in this type: its numbers are F32 in
   * any case.
   */
  public ProductRounding trainingRounding() {
    return training;
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
