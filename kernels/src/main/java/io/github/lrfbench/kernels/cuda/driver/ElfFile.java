package io.github.lrfbench.kernels.cuda.driver;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A shared library of Linux on x86_64: which others it asks the dynamic linker for. */
final class ElfFile {
  private static final int MAGIC = 0x464c457f;
  private static final int LOAD = 1;
  private static final int DYNAMIC = 2;
  private static final int NEEDED = 1;
  private static final int STRING_TABLE = 5;
  private static final int HEADER_BYTES = 64;
  private static final int SEGMENT_BYTES = 56;
  private static final int MAX_TABLE_BYTES = 1 << 20;

  /** A part of the file and where it lies in memory. */
  private record Segment(int type, long offset, long address, long bytes) {}

  private ElfFile() {}

  /**
   * The names of the libraries that the linker loads with this one, in order.
   *
   * @throws IOException if the file cannot be read or is no such library
   */
  static List<String> needed(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      List<Segment> segments = segments(channel, file);
      List<Long> names = new ArrayList<>();
      long table = 0;
      for (Segment segment : segments) {
        if (segment.type() == DYNAMIC) {
          ByteBuffer entries = read(channel, segment.offset(), segment.bytes());
          while (entries.remaining() >= 2 * Long.BYTES) {
            long tag = entries.getLong();
            long value = entries.getLong();
            if (tag == NEEDED) {
              names.add(value);
            } else if (tag == STRING_TABLE) {
              table = fileOffset(segments, value);
            }
          }
        }
      }
      List<String> needed = new ArrayList<>();
      for (long name : names) {
        needed.add(string(channel, table + name));
      }
      return needed;
    }
  }

  private static List<Segment> segments(FileChannel channel, Path file) throws IOException {
    ByteBuffer header = read(channel, 0, HEADER_BYTES);
    if (header.getInt(0) != MAGIC || header.get(4) != 2 || header.get(5) != 1) {
      throw new IOException(file + " is no library of 64 bits");
    }
    int bytes = Short.toUnsignedInt(header.getShort(54));
    int count = Short.toUnsignedInt(header.getShort(56));
    if (bytes < SEGMENT_BYTES) {
      throw new IOException("the library's header is damaged");
    }
    ByteBuffer table = read(channel, header.getLong(32), (long) bytes * count);
    List<Segment> segments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = i * bytes;
      segments.add(
          new Segment(
              table.getInt(at),
              table.getLong(at + 8),
              table.getLong(at + 16),
              table.getLong(at + 32)));
    }
    return segments;
  }

  private static long fileOffset(List<Segment> segments, long address) throws IOException {
    for (Segment segment : segments) {
      long inside = address - segment.address();
      if (segment.type() == LOAD && inside >= 0 && inside < segment.bytes()) {
        return segment.offset() + inside;
      }
    }
    throw new IOException("the library's table of names lies outside of it");
  }

  private static String string(FileChannel channel, long offset) throws IOException {
    if (offset < 0) {
      throw new IOException("the library's table of names lies outside of it");
    }
    ByteBuffer buffer = ByteBuffer.allocate(256);
    channel.read(buffer, offset);
    int length = 0;
    while (length < buffer.position() && buffer.get(length) != 0) {
      length++;
    }
    return new String(buffer.array(), 0, length, StandardCharsets.UTF_8);
  }

  private static ByteBuffer read(FileChannel channel, long offset, long bytes) throws IOException {
    if (offset < 0 || bytes < 0 || bytes > MAX_TABLE_BYTES) {
      throw new IOException("the library's header is damaged");
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("the library is cut off");
      }
    }
    return buffer.flip();
  }
}
