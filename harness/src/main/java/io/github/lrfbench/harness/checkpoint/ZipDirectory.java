package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where the entries of a zip archive lie, which Java's own reader does not tell. Entries are stored
 * as they are in the archives of PyTorch; compressed ones are refused.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int LOCATOR_64_BYTES = 20;
  private static final int END_64 = 0x06064b50;
  private static final int END_64_BYTES = 56;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int LOCAL = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final int ZIP_64_FIELD = 1;
  private static final long IN_ZIP_64 = 0xffffffffL;
  private static final long LARGEST_DIRECTORY = 64L << 20;

  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private ZipDirectory(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.size = channel.size();
  }

  /** A part of the file. */
  record Extent(long begin, long end) {
    long length() {
      return end - begin;
    }
  }

  private record Entry(long header, long length, boolean stored) {}

  /**
   * Reads the directory at the end of an archive.
   *
   * @throws InputException if there is none, or a broken one
   */
  static ZipDirectory read(Path file, FileChannel channel) throws IOException {
    ZipDirectory directory = new ZipDirectory(file, channel);
    directory.read();
    return directory;
  }

  /** The names of the entries. */
  Set<String> names() {
    return entries.keySet();
  }

  /**
   * The bytes of an entry.
   *
   * @throws InputException if there is no such entry, or a compressed one
   */
  Extent extent(String name) throws IOException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw Faults.of(file, "the archive has no entry " + Faults.quote(name));
    }
    if (!entry.stored()) {
      throw Faults.of(
          file,
          "the archive's entry "
              + Faults.quote(name)
              + " is compressed, which PyTorch never does; save it with torch.save");
    }
    ByteBuffer local = bytes(entry.header(), LOCAL_BYTES);
    if (local.getInt(0) != LOCAL) {
      throw broken();
    }
    long begin =
        entry.header()
            + LOCAL_BYTES
            + Short.toUnsignedInt(local.getShort(26))
            + Short.toUnsignedInt(local.getShort(28));
    if (begin > size || entry.length() > size - begin) {
      throw broken();
    }
    return new Extent(begin, begin + entry.length());
  }

  private void read() throws IOException {
    long tail = Math.min(size, END_BYTES + LONGEST_COMMENT);
    ByteBuffer end = bytes(size - tail, (int) tail);
    int at = (int) tail - END_BYTES;
    while (at >= 0
        && !(end.getInt(at) == END
            && at + END_BYTES + Short.toUnsignedInt(end.getShort(at + 20)) == tail)) {
      at--;
    }
    if (at < 0) {
      throw Faults.of(file, "is a zip archive without its end; is it truncated?");
    }
    long length = Integer.toUnsignedLong(end.getInt(at + 12));
    long begin = Integer.toUnsignedLong(end.getInt(at + 16));
    long locator = size - tail + at - LOCATOR_64_BYTES;
    if (locator >= 0 && bytes(locator, LOCATOR_64_BYTES).getInt(0) == LOCATOR_64) {
      ByteBuffer end64 = bytes(bytes(locator, LOCATOR_64_BYTES).getLong(8), END_64_BYTES);
      if (end64.getInt(0) != END_64) {
        throw broken();
      }
      length = end64.getLong(40);
      begin = end64.getLong(48);
    }
    if (length > LARGEST_DIRECTORY) {
      throw Faults.of(file, "the archive's directory of " + length + " bytes is too large");
    }
    ByteBuffer directory = bytes(begin, length < 0 ? -1 : (int) length);
    while (directory.hasRemaining()) {
      readEntry(directory);
    }
  }

  private void readEntry(ByteBuffer directory) {
    if (directory.remaining() < ENTRY_BYTES || directory.getInt(directory.position()) != ENTRY) {
      throw broken();
    }
    ByteBuffer fixed =
        directory.slice(directory.position(), ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int nameBytes = Short.toUnsignedInt(fixed.getShort(28));
    int extraBytes = Short.toUnsignedInt(fixed.getShort(30));
    int rest = nameBytes + extraBytes + Short.toUnsignedInt(fixed.getShort(32));
    if (directory.remaining() - ENTRY_BYTES < rest) {
      throw broken();
    }
    byte[] name = new byte[nameBytes];
    directory.get(directory.position() + ENTRY_BYTES, name);
    ByteBuffer extra =
        directory
            .slice(directory.position() + ENTRY_BYTES + nameBytes, extraBytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    directory.position(directory.position() + ENTRY_BYTES + rest);
    String text = new String(name, StandardCharsets.UTF_8);
    if (entries.putIfAbsent(text, entry(fixed, extra)) != null) {
      throw Faults.of(file, "the archive has two entries " + Faults.quote(text));
    }
  }

  private Entry entry(ByteBuffer fixed, ByteBuffer extra) {
    long packed = Integer.toUnsignedLong(fixed.getInt(20));
    long length = Integer.toUnsignedLong(fixed.getInt(24));
    long header = Integer.toUnsignedLong(fixed.getInt(42));
    // Numbers that do not fit above are in the extra field, in this order.
    ByteBuffer large = zip64(extra);
    length = length == IN_ZIP_64 ? next(large) : length;
    packed = packed == IN_ZIP_64 ? next(large) : packed;
    header = header == IN_ZIP_64 ? next(large) : header;
    return new Entry(header, length, fixed.getShort(10) == 0 && packed == length);
  }

  private static ByteBuffer zip64(ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int id = Short.toUnsignedInt(extra.getShort());
      int length = Math.min(Short.toUnsignedInt(extra.getShort()), extra.remaining());
      if (id == ZIP_64_FIELD) {
        return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      extra.position(extra.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  private long next(ByteBuffer large) {
    if (large.remaining() < Long.BYTES) {
      throw broken();
    }
    long value = large.getLong();
    if (value < 0) {
      throw broken();
    }
    return value;
  }

  private ByteBuffer bytes(long begin, int length) throws IOException {
    if (begin < 0 || length < 0 || begin > size || length > size - begin) {
      throw broken();
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    StoredTensors.readFully(file, channel, bytes, begin);
    return bytes;
  }

  private InputException broken() {
    return Faults.of(file, "the archive's directory is broken; is the file truncated?");
  }
}
