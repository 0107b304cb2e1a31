package io.github.lrfbench.harness.hub;

/**
 * One file of a repository.
 *
 * @param path where it lies in the repository, with slashes
 * @param size in bytes
 * @param checksum of its content
 */
record HubFile(String path, long size, Checksum checksum) {}
