package io.github.lrfbench.harness.input;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads whole text files. */
public final class TextFile {
  private static final int LARGEST = 256 << 20;

  private TextFile() {}

  /** The SHA-256 of a text's bytes in UTF-8, in hexadecimal. */
  public static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Counts what is read: a device tells no size, a link may lead to one, and a file may grow. */
  private static byte[] bytes(Path file) throws IOException {
    try (InputStream in = InputFile.open(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw Faults.of(file, "is too large for a text file: more than " + LARGEST + " bytes");
      }
      return bytes;
    }
  }

  /**
   * The text of a UTF-8 file.
   *
   * @throws InputException if there is no such file, it is larger than 256 MiB or not UTF-8
   */
  public static String read(Path file) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(file))).toString();
    } catch (IOException e) {
      throw Faults.of(file, e);
    }
  }
}
