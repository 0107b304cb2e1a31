package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.InputFile;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;

/**
 * Reads tensors from a safetensors file.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsFile extends StoredTensors {
  private static final int LENGTH_BYTES = Long.BYTES;
  private static final long LARGEST_HEADER = 100_000_000;

  /** How a file begins that Git left in place of a large one. */
  static final String LFS_POINTER = "version ";

  static final String IS_LFS_POINTER =
      "is a Git LFS pointer, not the file itself; run 'git lfs pull'";

  private final SafetensorsHeader header;

  private SafetensorsFile(
      Path file, FileChannel channel, long dataStart, SafetensorsHeader header) {
    super(file, channel, dataStart, header.tensors());
    this.header = header;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws InputException if it is no valid safetensors file
   */
  public static SafetensorsFile open(Path file) {
    InputFile.requireRegular(file, "a safetensors file");
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      try {
        return open(file, channel);
      } catch (IOException | RuntimeException | Error e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw Faults.of(file, e);
    }
  }

  private static SafetensorsFile open(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < LENGTH_BYTES) {
      throw Faults.of(
          file, size == 0 ? "is empty" : "is truncated: " + size + " bytes hold no header length");
    }
    ByteBuffer start = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, start, 0);
    if (new String(start.array(), StandardCharsets.US_ASCII).equals(LFS_POINTER)) {
      throw Faults.of(file, IS_LFS_POINTER);
    }
    long length = start.getLong(0);
    long available = size - LENGTH_BYTES;
    if (length < 0 || length > available) {
      throw Faults.of(
          file,
          "the header's length, "
              + Long.toUnsignedString(length)
              + " bytes, is beyond the file's end; is it truncated?");
    }
    if (length > LARGEST_HEADER) {
      throw Faults.of(
          file, "the header's length, " + length + " bytes, is over the format's 100 MB");
    }
    ByteBuffer json = ByteBuffer.allocate((int) length);
    readFully(file, channel, json, LENGTH_BYTES);
    SafetensorsHeader header = HeaderParser.parse(file, json.array());
    header.requireTiling(file, available - length);
    return new SafetensorsFile(file, channel, LENGTH_BYTES + length, header);
  }

  /** The file's own notes about itself, {@code format=pt} for example. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }
}
