package io.github.lrfbench.harness.result;

import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;

/** Where a run puts its files. */
public final class OutputDirectory {
  /** The folder under which each run without {@code --out} gets a folder of its own. */
  public static final Path RUNS = Path.of("results", "runs");

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int RANDOM_BYTES = 3;

  private OutputDirectory() {}

  /** A name for a run: the UTC time and some random digits, so that names sort by time. */
  public static String newRunId(Instant now) {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    return STAMP.format(now) + "-" + HexFormat.of().formatHex(random);
  }

  /**
   * Checks, without changing anything, that files can be made in a directory that may not exist
   * yet.
   *
   * @throws InputException if the path or the nearest part of it that exists is no writable
   *     directory
   */
  public static void check(Path directory) {
    Path existing = directory.toAbsolutePath().normalize();
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      throw cannotWrite(directory, existing + " is not a directory");
    }
    if (!Files.isWritable(existing)) {
      throw cannotWrite(directory, "no permission to write in " + existing);
    }
  }

  /**
   * Makes the directory where it is missing and tries to write in it.
   *
   * @throws InputException if that is not possible
   */
  public static void prepare(Path directory) {
    check(directory);
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, ".writable", ""));
    } catch (IOException e) {
      throw cannotWrite(directory, OneLine.reason(e));
    }
  }

  private static InputException cannotWrite(Path directory, String reason) {
    return new InputException(directory + ": cannot be written: " + reason);
  }
}
