package io.github.lrfbench.kernels.host;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The folder into which native libraries are unpacked, held by one process at a time.
 *
 * <p>Unpacking libraries that other processes may be loading is not safe. JavaCPP locks its folder
 * while it unpacks a file, but not until the file is loaded: a process that takes the file for
 * outdated, because a time zone other than the first one's shifts the dates in the archive, may
 * then overwrite it under the eyes of the dynamic linker. JCuda writes to one name in the temporary
 * folder without any precaution.
 */
public final class NativesFolder implements AutoCloseable {
  private static final String JAVACPP_SETTING = "org.bytedeco.javacpp.cachedir";

  private final Path path;
  private final FileChannel channel;

  private NativesFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** Waits until no other process loads natives from the program's cache. */
  public static NativesFolder lock() {
    String cache = System.getenv("LRFBENCH_CACHE");
    Path root =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache", "lrfbench")
            : Path.of(cache);
    return lock(root.resolve("natives").toAbsolutePath());
  }

  /** Waits until no other process loads natives from this folder. */
  public static NativesFolder lock(Path folder) {
    Path path = null;
    FileChannel channel = null;
    try {
      Files.createDirectories(folder);
      channel =
          FileChannel.open(
              folder.resolve(".loading"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      path = folder;
      channel.lock();
    } catch (IOException | OverlappingFileLockException e) {
      // Two processes at once remain as safe as atomic moves and JavaCPP make them.
    }
    return new NativesFolder(path, channel);
  }

  /** Waits until no other process loads natives through JavaCPP, from here if no other is set. */
  public static NativesFolder lockForJavaCpp() {
    String chosen = System.getProperty(JAVACPP_SETTING);
    NativesFolder folder = chosen == null ? lock() : lock(Path.of(chosen));
    folder.useForJavaCpp();
    return folder;
  }

  /** Has JavaCPP unpack here from now on, if the folder can be written and no other is set. */
  public void useForJavaCpp() {
    if (path != null && System.getProperty(JAVACPP_SETTING) == null) {
      System.setProperty(JAVACPP_SETTING, path.toString());
    }
  }

  /**
   * Unpacks a library, unless it lies here already. Where the folder cannot be written, a temporary
   * one takes its place, which the system may clear when the process has ended.
   *
   * @param library where it is on the class path
   * @param name of the file
   */
  public Path unpack(URL library, String name) throws IOException {
    byte[] content;
    try (InputStream stream = library.openStream()) {
      content = stream.readAllBytes();
    }
    Path folder = path == null ? Files.createTempDirectory("lrfbench-natives") : path;
    Path target = folder.resolve(name);
    if (Files.isRegularFile(target) && Arrays.equals(Files.readAllBytes(target), content)) {
      return target;
    }
    Path temporary = Files.createTempFile(folder, name, ".part");
    try {
      Files.write(temporary, content);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return target;
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
