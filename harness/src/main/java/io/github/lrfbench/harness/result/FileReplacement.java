package io.github.lrfbench.harness.result;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.SYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes results files that are made anew as a whole. */
final class FileReplacement {
  private FileReplacement() {}

  /**
   * Writes or replaces a file; readers see the old or the new one, never a part. A kill leaves at
   * most a hidden file, which the next call takes over, so that only one writer may be at work.
   */
  static void write(Path path, byte[] bytes) throws IOException {
    Path draft = path.resolveSibling("." + path.getFileName() + ".tmp");
    try {
      Files.write(draft, bytes, CREATE, WRITE, TRUNCATE_EXISTING, SYNC);
      Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }
}
