package io.github.lrfbench.harness.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message in the wire format of Protocol Buffers, field by field: a key, which is the field's
 * number and one of three types, and the value.
 */
final class ProtoMessage {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A field of a whole number, not negative or in all of its 64 bits. */
  ProtoMessage number(int field, long value) {
    varint((long) field << 3 | VARINT);
    varint(value);
    return this;
  }

  /** A field of single precision. */
  ProtoMessage single(int field, float value) {
    varint((long) field << 3 | FIXED32);
    ByteBuffer four = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.writeBytes(four.putFloat(value).array());
    return this;
  }

  /** A field of text. */
  ProtoMessage text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** A field that is a message itself. */
  ProtoMessage message(int field, ProtoMessage value) {
    return bytes(field, value.toBytes());
  }

  /** A field of bytes. */
  ProtoMessage bytes(int field, byte[] value) {
    begin(field, value.length);
    bytes.writeBytes(value);
    return this;
  }

  /** A field of bytes, or a message, that the caller writes after this one's. */
  ProtoMessage begin(int field, long length) {
    varint((long) field << 3 | LENGTH_DELIMITED);
    varint(length);
    return this;
  }

  /** Seven bits to a byte, the lowest first; the eighth says that another follows. */
  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
