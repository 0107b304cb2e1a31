package io.github.lrfbench.harness.hub;

import io.github.lrfbench.harness.input.WholeFile;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * The files of one repository in the cache, laid out as Hugging Face's own tools do, so that they
 * find what is there: contents by checksum in {@code blobs}, links to them by commit in {@code
 * snapshots}, and the commit of each branch in {@code refs}.
 */
final class HubCache {
  /** The folder of the folders of commits. */
  static final String SNAPSHOTS = "snapshots";

  /** A folder that other tools do not look into. */
  private static final String CONVERSIONS = "lrfbench-conversions";

  private final Path root;
  private final Path locks;

  HubCache(Path cache, HubRepo repo) {
    root = cache.resolve(repo.folder());
    locks = cache.resolve(".locks").resolve(repo.folder());
  }

  /** The folder of the files at a commit. */
  Path snapshot(String commit) {
    return root.resolve(SNAPSHOTS).resolve(commit);
  }

  /** Where a content lies once it is whole. */
  Path blob(Checksum checksum) {
    return root.resolve("blobs").resolve(checksum.hex());
  }

  /** Where a content lies as long as it is not whole. */
  Path incomplete(Checksum checksum) {
    return root.resolve("blobs").resolve(checksum.hex() + ".incomplete");
  }

  /** The lock of a content. */
  Path lock(Checksum checksum) {
    return locks.resolve(checksum.hex() + ".lock");
  }

  /** True if the content of a file is there. */
  boolean has(HubFile file) throws IOException {
    Path blob = blob(file.checksum());
    return Files.isRegularFile(blob) && Files.size(blob) == file.size();
  }

  /** How many bytes of a file are there. */
  long bytesOf(HubFile file) throws IOException {
    Path incomplete = incomplete(file.checksum());
    if (has(file)) {
      return file.size();
    }
    return Files.isRegularFile(incomplete) ? Math.min(Files.size(incomplete), file.size()) : 0;
  }

  /** The commit that a revision meant when it was fetched last, or the commit that it is. */
  Optional<String> commit(String revision) throws IOException {
    if (HubRepo.isCommit(revision)) {
      return Optional.of(revision);
    }
    Path ref = root.resolve("refs").resolve(revision);
    if (!Files.isRegularFile(ref)) {
      return Optional.empty();
    }
    return Optional.of(Files.readString(ref).strip()).filter(HubRepo::isCommit);
  }

  /** Remembers what commit a revision means. */
  void setCommit(String revision, String commit) throws IOException {
    if (commit(revision).equals(Optional.of(commit))) {
      // Also where another user's cache may be read but not written.
      return;
    }
    Path ref = root.resolve("refs").resolve(revision);
    Files.createDirectories(ref.getParent());
    WholeFile.write(ref, out -> out.write(commit));
  }

  /** The commit whose safetensors were taken in place of another commit's pickled weights. */
  Optional<String> conversion(String commit) throws IOException {
    Path file = root.resolve(CONVERSIONS).resolve(commit);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    return Optional.of(Files.readString(file).strip()).filter(HubRepo::isCommit);
  }

  /** Remembers whose safetensors were taken in place of a commit's weights. */
  void setConversion(String commit, String converted) throws IOException {
    Path file = root.resolve(CONVERSIONS).resolve(commit);
    Files.createDirectories(file.getParent());
    WholeFile.write(file, out -> out.write(converted));
  }

  /** Makes a content appear under its name at a commit. */
  void link(String commit, HubFile file) throws IOException {
    Path blob = blob(file.checksum());
    Path name = snapshot(commit).resolve(file.path());
    if (Files.exists(name) && Files.isSameFile(name, blob)) {
      return;
    }
    Path folder = Files.createDirectories(name.getParent());
    Path made = folder.resolve("." + name.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try {
        Files.createSymbolicLink(made, folder.relativize(blob));
      } catch (UnsupportedOperationException | FileSystemException e) {
        // Some file systems have no links.
        Files.copy(blob, made);
      }
      move(made, name);
    } finally {
      Files.deleteIfExists(made);
    }
  }

  /** Moves in one step where the file system can. */
  static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
