package io.github.lrfbench.harness.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes safetensors files byte by byte, valid or not. */
final class SafetensorsBytes {
  private SafetensorsBytes() {}

  /** The file of a header, whose length is told truthfully, and data. */
  static byte[] of(String header, byte[] data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return of(json.length, json, data);
  }

  static byte[] of(long length, byte[] header, byte[] data) {
    return littleEndian(Long.BYTES + header.length + data.length)
        .putLong(length)
        .put(header)
        .put(data)
        .array();
  }

  /** A header's entry for a tensor. */
  static String entry(String name, String dtype, String shape, long begin, long end) {
    return String.format(
        "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
        name, dtype, shape, begin, end);
  }

  static byte[] floats(float... values) {
    ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  static Path write(Path folder, byte[] bytes) throws IOException {
    Path path = folder.resolve("model.safetensors");
    // Some file systems write a truncated file to disk at once, a new one in their own time.
    Files.deleteIfExists(path);
    return Files.write(path, bytes);
  }
}
