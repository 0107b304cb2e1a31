package io.github.lrfbench.harness.peer;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that is gone when it is closed, or when the program is stopped before. */
public final class TemporaryFolder implements AutoCloseable {
  private final Path path;
  private final Thread atEnd = new Thread(this::deleteWhatIsThere, "temporary folder");

  private TemporaryFolder(Path path) {
    this.path = path;
    Runtime.getRuntime().addShutdownHook(atEnd);
  }

  /**
   * A new one where the system keeps such.
   *
   * @throws InputException if none can be made there
   */
  public static TemporaryFolder create() {
    return create(Path.of(System.getProperty("java.io.tmpdir")));
  }

  static TemporaryFolder create(Path parent) {
    try {
      return new TemporaryFolder(Files.createTempDirectory(parent, "lrfbench-peer-"));
    } catch (IOException e) {
      throw new InputException("cannot make a temporary folder in " + parent + ": " + e);
    }
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atEnd);
    } catch (IllegalStateException e) {
      // The program is ending.
    }
    try {
      delete();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void deleteWhatIsThere() {
    try {
      delete();
    } catch (IOException | UncheckedIOException e) {
      // Others of this program may still be writing there: nobody waits for them any more.
    }
  }

  private void delete() throws IOException {
    if (Files.notExists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.deleteIfExists(file);
      }
    }
  }
}
