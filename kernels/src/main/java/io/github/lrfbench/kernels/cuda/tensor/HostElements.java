package io.github.lrfbench.kernels.cuda.tensor;

import io.github.lrfbench.kernels.DType;
import io.github.lrfbench.kernels.cuda.stream.StagingRing;
import io.github.lrfbench.kernels.host.HalfFloats;

/** Converts between Java's arrays and a device's elements in staging memory. */
final class HostElements {
  private HostElements() {}

  /** Writes floats as elements of a floating-point type. */
  static StagingRing.Transfer from(float[] source, int offset, DType dtype) {
    return switch (dtype) {
      case F32 -> (slot, from, count) -> slot.asFloatBuffer().put(0, source, offset + from, count);
      case F64 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              slot.putDouble(i * Double.BYTES, source[offset + from + i]);
            }
          };
      case F16 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              slot.putShort(i * Short.BYTES, HalfFloats.toF16(source[offset + from + i]));
            }
          };
      case BF16 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              slot.putShort(i * Short.BYTES, HalfFloats.toBf16(source[offset + from + i]));
            }
          };
      case I32, I8, U8 -> throw notFloating(dtype);
    };
  }

  /** Writes doubles as elements of a floating-point type. */
  static StagingRing.Transfer from(double[] source, int offset, DType dtype) {
    return switch (dtype) {
      case F32 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              slot.putFloat(i * Float.BYTES, (float) source[offset + from + i]);
            }
          };
      case F64 -> (slot, from, count) -> slot.asDoubleBuffer().put(0, source, offset + from, count);
      case F16 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              slot.putShort(i * Short.BYTES, HalfFloats.toF16(source[offset + from + i]));
            }
          };
      case BF16 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              slot.putShort(i * Short.BYTES, HalfFloats.toBf16(source[offset + from + i]));
            }
          };
      case I32, I8, U8 -> throw notFloating(dtype);
    };
  }

  /** Reads elements of a floating-point type as floats. */
  static StagingRing.Transfer to(float[] target, int offset, DType dtype) {
    return switch (dtype) {
      case F32 -> (slot, from, count) -> slot.asFloatBuffer().get(0, target, offset + from, count);
      case F64 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              target[offset + from + i] = (float) slot.getDouble(i * Double.BYTES);
            }
          };
      case F16 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              target[offset + from + i] = HalfFloats.fromF16(slot.getShort(i * Short.BYTES));
            }
          };
      case BF16 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              target[offset + from + i] = HalfFloats.fromBf16(slot.getShort(i * Short.BYTES));
            }
          };
      case I32, I8, U8 -> throw notFloating(dtype);
    };
  }

  /** Reads elements of a floating-point type as doubles. */
  static StagingRing.Transfer to(double[] target, int offset, DType dtype) {
    return switch (dtype) {
      case F32 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              target[offset + from + i] = slot.getFloat(i * Float.BYTES);
            }
          };
      case F64 -> (slot, from, count) -> slot.asDoubleBuffer().get(0, target, offset + from, count);
      case F16 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              target[offset + from + i] = HalfFloats.fromF16(slot.getShort(i * Short.BYTES));
            }
          };
      case BF16 ->
          (slot, from, count) -> {
            for (int i = 0; i < count; i++) {
              target[offset + from + i] = HalfFloats.fromBf16(slot.getShort(i * Short.BYTES));
            }
          };
      case I32, I8, U8 -> throw notFloating(dtype);
    };
  }

  private static IllegalArgumentException notFloating(DType dtype) {
    return new IllegalArgumentException(
        "wanted floating-point elements, but the tensor holds " + dtype);
  }
}
