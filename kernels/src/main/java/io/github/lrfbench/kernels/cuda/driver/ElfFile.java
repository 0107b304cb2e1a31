package io.github.lrfbench.kernels.cuda.driver;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A shared library of Linux on x86_64: which others it asks the dynamic linker for, by which names.
 */
final class ElfFile {
  private static final int MAGIC = 0x464c457f;
  private static final int LOAD = 1;
  private static final int DYNAMIC = 2;
  private static final int NEEDED = 1;
  private static final int STRING_TABLE = 5;
  private static final long NEEDED_VERSIONS = 0x6ffffffeL;
  private static final int MAX_VERSIONS = 10_000;
  private static final int HEADER_BYTES = 64;
  private static final int SEGMENT_BYTES = 56;
  private static final int MAX_TABLE_BYTES = 1 << 20;

  /** A part of the file and where it lies in memory. */
  private record Segment(int type, long offset, long address, long bytes) {}

  private ElfFile() {}

  /**
   * What the dynamic linker is told.
   *
   * @param needed where in the table of names those of needed libraries begin
   * @param names where the table of names begins in the file
   * @param versions where the list of needed versions begins in the file, -1 if there is none
   */
  private record Dynamic(List<Long> needed, long names, long versions) {
    static Dynamic of(FileChannel channel, Path file) throws IOException {
      List<Segment> segments = segments(channel, file);
      List<Long> needed = new ArrayList<>();
      long names = 0;
      long versions = -1;
      for (Segment segment : segments) {
        if (segment.type() == DYNAMIC) {
          ByteBuffer entries = read(channel, segment.offset(), segment.bytes());
          while (entries.remaining() >= 2 * Long.BYTES) {
            long tag = entries.getLong();
            long value = entries.getLong();
            if (tag == NEEDED) {
              needed.add(value);
            } else if (tag == STRING_TABLE) {
              names = fileOffset(segments, value);
            } else if (tag == NEEDED_VERSIONS) {
              versions = fileOffset(segments, value);
            }
          }
        }
      }
      return new Dynamic(needed, names, versions);
    }
  }

  /**
   * The names of the libraries that the linker loads with this one, in order.
   *
   * @throws IOException if the file cannot be read or is no such library
   */
  static List<String> needed(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      Dynamic dynamic = Dynamic.of(channel, file);
      List<String> needed = new ArrayList<>();
      for (long name : dynamic.needed()) {
        needed.add(string(channel, dynamic.names() + name));
      }
      return needed;
    }
  }

  /**
   * A library's content that asks for other libraries, and for the versions of symbols that are
   * named after them.
   *
   * @param names from a name to another of the same length; others stay
   * @throws IOException if the file cannot be read or is no such library
   */
  static byte[] renamed(Path file, UnaryOperator<String> names) throws IOException {
    ByteBuffer library = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file)) {
      Dynamic dynamic = Dynamic.of(channel, file);
      for (long name : dynamic.needed()) {
        rename(library, position(dynamic.names() + name), names);
      }
      if (dynamic.versions() >= 0) {
        renameVersions(library, dynamic, names);
      }
      return library.array();
    } catch (IndexOutOfBoundsException e) {
      throw new IOException(file + " is damaged", e);
    }
  }

  /** Each library's entry leads to those of its versions, each of which has a hash of its name. */
  private static void renameVersions(
      ByteBuffer library, Dynamic dynamic, UnaryOperator<String> names) throws IOException {
    int left = MAX_VERSIONS;
    long entry = dynamic.versions();
    long step;
    do {
      int at = position(entry);
      int count = Short.toUnsignedInt(library.getShort(at + 2));
      rename(library, position(dynamic.names() + library.getInt(at + 4)), names);
      long version = entry + library.getInt(at + 8);
      for (int i = 0; i < count && left-- > 0; i++) {
        int inside = position(version);
        String name =
            rename(library, position(dynamic.names() + library.getInt(inside + 8)), names);
        library.putInt(inside, hash(name));
        version += library.getInt(inside + 12);
      }
      step = library.getInt(at + 12);
      entry += step;
    } while (step != 0 && left-- > 0);
  }

  private static int position(long offset) throws IOException {
    if (offset < 0 || offset > Integer.MAX_VALUE) {
      throw new IOException("the library's header is damaged");
    }
    return (int) offset;
  }

  /** Renames in place what may be renamed already: names are shared. */
  private static String rename(ByteBuffer library, int at, UnaryOperator<String> names) {
    int end = at;
    while (library.get(end) != 0) {
      end++;
    }
    String before = new String(library.array(), at, end - at, StandardCharsets.UTF_8);
    String after = names.apply(before);
    if (after.equals(before)) {
      return before;
    }
    byte[] bytes = after.getBytes(StandardCharsets.UTF_8);
    if (bytes.length != end - at) {
      throw new IllegalArgumentException(after + " is not as long as " + before);
    }
    library.put(at, bytes);
    return after;
  }

  /** The hash of the format's standard (System V ABI, symbol tables). */
  private static int hash(String name) {
    int hash = 0;
    for (byte c : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash << 4) + Byte.toUnsignedInt(c);
      int high = hash & 0xf0000000;
      hash = (hash ^ high >>> 24) & ~high;
    }
    return hash;
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
