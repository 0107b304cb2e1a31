package io.github.lrfbench.harness.hub;

import java.nio.file.Path;

/**
 * The files of a repository at a commit, in the cache.
 *
 * @param directory the folder that holds them
 * @param commit 40 hexadecimal digits
 */
public record Snapshot(Path directory, String commit) {}
