package io.github.lrfbench.harness.pickle;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A part of a file from which pickles are read, one after the other. */
public final class PickleInput {
  private static final int BUFFER_BYTES = 1 << 16;

  /** A state dict's strings are names. */
  private static final int LONGEST_STRING = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final long end;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long filled;

  /**
   * A part of a file.
   *
   * @param file named by complaints
   * @param begin its first byte
   * @param end the byte after its last
   */
  public PickleInput(Path file, FileChannel channel, long begin, long end) {
    this.file = file;
    this.channel = channel;
    this.end = end;
    this.filled = begin;
  }

  /** Where the next byte lies in the file. */
  public long position() {
    return filled - buffer.remaining();
  }

  /** A complaint about the pickle. */
  InputException fault(String text) {
    return Faults.of(file, "the pickle " + text);
  }

  int unsignedByte() {
    return Byte.toUnsignedInt(need(Byte.BYTES).get());
  }

  int unsignedShort() {
    return Short.toUnsignedInt(need(Short.BYTES).getShort());
  }

  int signedInt() {
    return need(Integer.BYTES).getInt();
  }

  long unsignedInt() {
    return Integer.toUnsignedLong(need(Integer.BYTES).getInt());
  }

  long signedLong() {
    return need(Long.BYTES).getLong();
  }

  /** Bits of a double whose first byte is the highest. */
  double bigEndianDouble() {
    return Double.longBitsToDouble(Long.reverseBytes(signedLong()));
  }

  /** Checks that a length is one of bytes that are still there. */
  void requireLength(long length) {
    if (length < 0 || length > end - position()) {
      throw fault(
          "is broken: a length of "
              + Long.toUnsignedString(length)
              + " bytes is beyond its end; is the file truncated?");
    }
  }

  String utf8(long length) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(length))).toString();
    } catch (CharacterCodingException e) {
      throw fault("holds a string that is not UTF-8");
    }
  }

  byte[] bytes(long length) {
    requireLength(length);
    if (length > LONGEST_STRING) {
      throw fault("holds a string of " + length + " bytes, which no state dict does");
    }
    byte[] bytes = new byte[(int) length];
    for (int have = 0; have < bytes.length; ) {
      need(1);
      int count = Math.min(buffer.remaining(), bytes.length - have);
      buffer.get(bytes, have, count);
      have += count;
    }
    return bytes;
  }

  /** The text up to the end of the line. */
  String line() {
    StringBuilder line = new StringBuilder();
    for (int c = unsignedByte(); c != '\n'; c = unsignedByte()) {
      if (line.length() > 1000) {
        throw fault("names something at too great a length");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private ByteBuffer need(int count) {
    if (buffer.remaining() < count) {
      fill(count);
    }
    return buffer;
  }

  private void fill(int count) {
    buffer.compact();
    buffer.limit((int) Math.min(buffer.capacity(), buffer.position() + (end - filled)));
    try {
      while (buffer.hasRemaining()) {
        int read = channel.read(buffer, filled);
        if (read < 0) {
          break;
        }
        filled += read;
      }
    } catch (IOException e) {
      throw Faults.of(file, e);
    }
    buffer.flip();
    if (buffer.remaining() < count) {
      throw fault("ends in the middle; is the file truncated?");
    }
  }
}
