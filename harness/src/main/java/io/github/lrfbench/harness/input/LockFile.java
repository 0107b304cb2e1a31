package io.github.lrfbench.harness.input;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * A file that is there to be locked by one writer at a time, in this process or another. It is
 * never read or written, because POSIX gives all of a process's locks on a file up when the process
 * closes it anywhere. The lock goes with the process; a file that a dead one left locks nobody out.
 *
 * <p>On a file system without locks only this process's writers keep each other out.
 */
public final class LockFile implements AutoCloseable {
  private static final Map<Path, Semaphore> HERE = new ConcurrentHashMap<>();

  private final Path file;
  private final Semaphore here;
  private final FileChannel channel;

  private LockFile(Path file, Semaphore here, FileChannel channel) {
    this.file = file;
    this.here = here;
    this.channel = channel;
  }

  /** The hidden file beside a file, or beside what a link leads to, that its writers lock. */
  public static Path of(Path file) throws IOException {
    Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    return real.resolveSibling("." + real.getFileName() + ".lock");
  }

  /**
   * Waits for the lock of a file, which is made where it is missing.
   *
   * @param file in a folder that exists
   */
  public static LockFile take(Path file) throws IOException {
    Semaphore here = here(file);
    here.acquireUninterruptibly();
    return take(file, here, true).orElseThrow();
  }

  /**
   * The lock of a file, which is made where it is missing; nothing while another holds it.
   *
   * @param file in a folder that exists
   */
  public static Optional<LockFile> tryTake(Path file) throws IOException {
    Semaphore here = here(file);
    return here.tryAcquire() ? take(file, here, false) : Optional.empty();
  }

  private static Semaphore here(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent().toRealPath();
    return HERE.computeIfAbsent(folder.resolve(file.getFileName()), path -> new Semaphore(1));
  }

  private static Optional<LockFile> take(Path file, Semaphore here, boolean waits)
      throws IOException {
    FileChannel channel = null;
    try {
      channel = open(file, waits);
      return Optional.ofNullable(channel).map(open -> new LockFile(file, here, open));
    } finally {
      if (channel == null) {
        here.release();
      }
    }
  }

  /** The locked file; null if another has it. */
  private static FileChannel open(Path file, boolean waits) throws IOException {
    while (true) {
      FileChannel channel = null;
      boolean taken = false;
      try {
        Object before = made(file);
        channel = FileChannel.open(file, StandardOpenOption.WRITE);
        if (!lock(channel, waits)) {
          return null;
        }
        // Who held it until now removed the file: then another may have locked a new one.
        taken = Objects.equals(before, key(file));
        if (taken) {
          return channel;
        }
      } catch (NoSuchFileException e) {
        // Removed meanwhile: once more.
      } finally {
        if (channel != null && !taken) {
          channel.close();
        }
      }
    }
  }

  private static Object made(Path file) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // By another, or one that was killed.
    }
    return key(file);
  }

  private static Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  private static boolean lock(FileChannel channel, boolean waits) throws IOException {
    try {
      FileLock lock = waits ? channel.lock() : channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      if (!channel.isOpen()) {
        throw e;
      }
      // Some network file systems have no locks; the file beside can still be written.
      return true;
    }
  }

  /** Removes the file and lets the next one in. */
  @Override
  public void close() throws IOException {
    try (channel) {
      Files.deleteIfExists(file);
    } finally {
      here.release();
    }
  }
}
