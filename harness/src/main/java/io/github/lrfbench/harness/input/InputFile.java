package io.github.lrfbench.harness.input;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the files that users name, but nothing that looks like one and waits for ever. */
public final class InputFile {
  private InputFile() {}

  /**
   * The bytes of a file. Of pipes and devices only those are read that a shell hands over: below
   * {@code /dev/fd} and the like, where somebody writes already.
   *
   * @throws InputException if it is a directory, or another pipe or device
   * @throws IOException if there is no such file, or it cannot be read
   */
  public static InputStream open(Path file) throws IOException {
    if (!isHandedOver(file)) {
      requireRegular(file, "a file");
    }
    return Files.newInputStream(file);
  }

  /**
   * Throws if a path is there but no file: a directory, or a pipe, which waits for ever.
   *
   * @param expected what it should be, with its article
   */
  public static void requireRegular(Path file, String expected) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      String what = Files.isDirectory(file) ? "a directory" : "a pipe or a device";
      throw Faults.of(file, "is " + what + ", not " + expected);
    }
  }

  private static boolean isHandedOver(Path file) {
    return !Files.isDirectory(file)
        && (Path.of("/dev").equals(file.getParent())
            || file.startsWith("/dev/fd")
            || file.startsWith("/proc"));
  }
}
