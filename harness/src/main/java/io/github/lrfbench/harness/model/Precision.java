package io.github.lrfbench.harness.model;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.Device;
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
  BF16(DType.BF16, ProductRounding.BF16),
  /** Numbers are F32, but factors of layers' products are rounded to 8 bits. */
  INT8(DType.F32, ProductRounding.INT8);

  private final DType storage;
  private final ProductRounding training;

  Precision(DType storage, ProductRounding training) {
    this.storage = storage;
    this.training = training;
  }

  /** The type of the model's numbers, on devices that compute in it. */
  public DType storage() {
    return storage;
  }

  /**
   * The type of the model's numbers on a device that was opened for this: F32 where the device
   * rounds the factors of products.
   */
  public DType storage(Device device) {
    return device.rounding() == ProductRounding.NONE ? storage : DType.F32;
  }

  /** Whether results are as exact as a GPU's of F32 numbers usually are. */
  public boolean isFull() {
    return this == FP32 || this == TF32;
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
