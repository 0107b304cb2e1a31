package io.github.lrfbench.kernels.cpu;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The folder into which JavaCPP unpacks native libraries, held by one process at a time.
 *
 * <p>JavaCPP locks the folder while it unpacks a file, but not until the file is loaded. A process
 * that takes the file for outdated, because a time zone other than the first one's shifts the dates
 * in the archive, may then overwrite it under the eyes of the dynamic linker.
 */
final class NativesFolder implements AutoCloseable {
  private static final String JAVACPP_SETTING = "org.bytedeco.javacpp.cachedir";

  private final FileChannel channel;

  private NativesFolder(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits until no other process loads natives. Where the folder cannot be written or locked,
   * JavaCPP is left to find another.
   */
  static NativesFolder lock() {
    FileChannel channel = null;
    try {
      Path folder = Files.createDirectories(path());
      channel =
          FileChannel.open(
              folder.resolve(".loading"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      System.setProperty(JAVACPP_SETTING, folder.toString());
      channel.lock();
    } catch (IOException | OverlappingFileLockException e) {
      // Two processes at once remain as safe as JavaCPP makes them.
    }
    return new NativesFolder(channel);
  }

  private static Path path() {
    String chosen = System.getProperty(JAVACPP_SETTING);
    if (chosen != null) {
      return Path.of(chosen);
    }
    String cache = System.getenv("LRFBENCH_CACHE");
    Path root =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache", "lrfbench")
            : Path.of(cache);
    return root.resolve("natives").toAbsolutePath();
  }

  @Override
  public void close() {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new IllegalStateException("cannot give back the lock on the natives", e);
      }
    }
  }
}
