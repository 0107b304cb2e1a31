package io.github.lrfbench.harness.input;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Writes files that a user has named, whole or not at all: under a temporary name beside the file
 * that is then moved. An existing file is replaced; a device or a pipe is written to.
 */
public final class WholeFile {
  private WholeFile() {}

  /** What a file shall hold. */
  public interface Contents {
    /** Writes it. */
    void writeTo(Writer out) throws IOException;
  }

  /** What a file of bytes shall hold. */
  public interface Bytes {
    /** Writes it. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file in UTF-8.
   *
   * @throws InputException if it cannot be written
   */
  public static void write(Path file, Contents contents) {
    writeBytes(
        file,
        out -> {
          // A plain encoder would put '?' in the place of what UTF-8 cannot hold.
          Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8.newEncoder());
          BufferedWriter text = new BufferedWriter(writer);
          contents.writeTo(text);
          text.flush();
        });
  }

  /**
   * Writes a file of bytes.
   *
   * @throws InputException if it cannot be written
   */
  public static void writeBytes(Path file, Bytes contents) {
    try {
      if (isWrittenTo(file)) {
        fill(file, contents);
      } else {
        replace(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath(), contents);
      }
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  /**
   * Tries whether a file can be written, before work that takes long, and leaves all as it is. What
   * is no ordinary file is not tried.
   *
   * @throws InputException if not
   */
  public static void requireWritable(Path file) {
    if (isWrittenTo(file)) {
      return;
    }
    try {
      Path temporary = temporary(Files.exists(file) ? file.toRealPath() : file.toAbsolutePath());
      Files.createFile(temporary);
      Files.delete(temporary);
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  /** A device or a pipe. */
  private static boolean isWrittenTo(Path file) {
    return Files.exists(file) && !Files.isRegularFile(file);
  }

  private static InputException cannotWrite(Path file, IOException cause) {
    return new InputException("cannot write " + file + ": " + OneLine.reason(cause), cause);
  }

  private static Path temporary(Path file) {
    return file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
  }

  private static void replace(Path file, Bytes contents) throws IOException {
    Path temporary = temporary(file);
    try {
      fill(temporary, contents);
      try {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void fill(Path file, Bytes contents) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      contents.writeTo(out);
    }
  }
}
