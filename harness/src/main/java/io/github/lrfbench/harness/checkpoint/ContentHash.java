package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.Faults;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Identifies files by what they hold. */
final class ContentHash {
  private static final int BUFFER_BYTES = 1 << 18;

  private ContentHash() {}

  /** The SHA-256 over every file's length and bytes, in hexadecimal; names do not count. */
  static String of(List<Path> files) {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, Files.size(file)));
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          digest.update(buffer, 0, count);
        }
      } catch (IOException e) {
        throw Faults.of(file, e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
