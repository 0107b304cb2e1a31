package io.github.lrfbench.harness.checkpoint;

import io.github.lrfbench.harness.input.LockFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A hidden folder in a directory, in which files are made before they are moved to their places.
 * There is one at a time: another process's is waited for, and what a dead one left is removed.
 */
public final class Stage implements AutoCloseable {
  /** What the names of all that is hidden in such a directory begin with. */
  static final String PREFIX = ".lrfbench-";

  private final List<Path> made;
  private final LockFile lock;
  private final Path folder;
  private boolean done;

  private Stage(List<Path> made, LockFile lock, Path folder) {
    this.made = made;
    this.lock = lock;
    this.folder = folder;
  }

  /** Opens a stage in a directory, which is made if it is absent. */
  public static Stage open(Path target) throws IOException {
    List<Path> made = new ArrayList<>();
    LockFile lock = null;
    Stage stage = null;
    try {
      makeDirectories(target.toAbsolutePath().normalize(), made);
      lock = LockFile.take(target.resolve(PREFIX + "lock"));
      deleteStages(target);
      stage = new Stage(made, lock, Files.createTempDirectory(target, PREFIX));
      return stage;
    } finally {
      if (stage == null) {
        if (lock != null) {
          lock.close();
        }
        deleteEmpty(made);
      }
    }
  }

  /** A file to be. */
  public Path resolve(String name) {
    return folder.resolve(name);
  }

  /** Copies a file to one to be, of the modes that the user's new files have. */
  void copy(Path from, String name) throws IOException {
    Files.createDirectories(resolve(name).getParent());
    // Those of a cache may be others.
    try (InputStream in = Files.newInputStream(from)) {
      Files.copy(in, resolve(name));
    }
  }

  /** Keeps the directory: all is where it belongs. */
  public void done() {
    done = true;
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      deleteTree(folder);
    } finally {
      if (!done) {
        deleteEmpty(made);
      }
    }
  }

  private static void deleteStages(Path target) throws IOException {
    List<Path> found;
    try (Stream<Path> entries = Files.list(target)) {
      found = entries.filter(Stage::isStage).toList();
    }
    found.forEach(Stage::deleteTree);
  }

  private static boolean isStage(Path entry) {
    String name = entry.getFileName().toString();
    return name.startsWith(PREFIX)
        && !name.equals(CheckpointWriter.TRAINING_STATE)
        && Files.isDirectory(entry);
  }

  /**
   * Makes a directory and its parents; {@code made} gets those that were absent, outermost first.
   */
  private static void makeDirectories(Path directory, List<Path> made) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    if (directory.getParent() != null) {
      makeDirectories(directory.getParent(), made);
    }
    Files.createDirectory(directory);
    made.add(directory);
  }

  private static void deleteEmpty(List<Path> made) {
    for (int i = made.size() - 1; i >= 0; i--) {
      deleteIfEmpty(made.get(i));
    }
  }

  private static void deleteTree(Path directory) {
    try (Stream<Path> entries = Files.walk(directory)) {
      entries.sorted(Comparator.reverseOrder()).forEach(Stage::deleteIfEmpty);
    } catch (IOException e) {
      // What cannot be listed cannot be tidied up; the failure that matters is already on its way.
    }
  }

  static void deleteIfEmpty(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // Someone else's file in a directory of ours keeps it alive.
    }
  }
}
