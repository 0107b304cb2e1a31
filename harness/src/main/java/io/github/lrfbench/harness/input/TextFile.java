package io.github.lrfbench.harness.input;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Reads whole text files. */
public final class TextFile {
  private static final long LARGEST = 256L << 20;

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

  /**
   * The text of a UTF-8 file.
   *
   * @throws InputException if there is no such file, it is larger than 256 MiB or not UTF-8
   */
  public static String read(Path file) {
    try {
      if (Files.isDirectory(file)) {
        throw Faults.of(file, "is a directory, not a file");
      }
      if (Files.size(file) > LARGEST) {
        throw Faults.of(file, "is too large for a text file: " + Files.size(file) + " bytes");
      }
      return Files.readString(file);
    } catch (IOException e) {
      throw Faults.of(file, e);
    }
  }
}
