package io.github.lrfbench.harness.hub;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The files of a repository at a commit, in the cache.
 *
 * @param directory the folder that holds them
 * @param commit 40 hexadecimal digits
 */
public record Snapshot(Path directory, String commit) {
  /** The commit that a folder holds, if it is one of a cache. */
  public static Optional<String> commitOf(Path directory) {
    Path folder = directory.toAbsolutePath().normalize();
    Path parent = folder.getParent();
    boolean cached = parent != null && parent.endsWith(HubCache.SNAPSHOTS);
    return cached
        ? Optional.of(folder.getFileName().toString()).filter(HubRepo::isCommit)
        : Optional.empty();
  }
}
