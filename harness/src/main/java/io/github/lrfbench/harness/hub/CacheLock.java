package io.github.lrfbench.harness.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Held by the one who fetches a content; others, in this process and in others, wait. The file
 * stays, as removing it would let two in.
 */
final class CacheLock implements AutoCloseable {
  private static final Map<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

  private final ReentrantLock here;
  private final FileChannel channel;

  private CacheLock(ReentrantLock here, FileChannel channel) {
    this.here = here;
    this.channel = channel;
  }

  /** Waits for the lock of a file, which is made where it is missing. */
  static CacheLock take(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    ReentrantLock here =
        HERE.computeIfAbsent(file.toAbsolutePath().normalize(), path -> new ReentrantLock());
    here.lock();
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.lock();
      return new CacheLock(here, channel);
    } catch (IOException | RuntimeException e) {
      here.unlock();
      if (channel != null) {
        channel.close();
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      here.unlock();
    }
  }
}
