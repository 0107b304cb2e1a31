package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.hub.FetchListener;

/** Shows how a fetch goes on stderr, in megabytes. */
final class FetchProgress implements FetchListener, AutoCloseable {
  private static final long MEGABYTE = 1_000_000;

  private Progress progress;
  private long total;

  @Override
  public void started(String what, long bytes) {
    close();
    total = bytes;
    progress = Progress.start(megabytes(bytes), "fetch " + what + " (MB)");
  }

  @Override
  public void arrived(String file, long bytes) {
    progress.detail(file);
    progress.advance(bytes / MEGABYTE);
    if (bytes == total) {
      progress.done();
    }
  }

  @Override
  public void note(String line) {
    if (progress == null) {
      System.err.println(line);
    } else {
      progress.note(line);
    }
  }

  @Override
  public void took(String line) {
    note(line);
  }

  @Override
  public void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }

  /** Rounded up, so that something is always left to be done. */
  private static long megabytes(long bytes) {
    return (bytes + MEGABYTE - 1) / MEGABYTE;
  }
}
