package io.github.lrfbench.kernels.host;

import io.github.lrfbench.kernels.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;

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

  /** What to do about a folder that does not do. */
  public static final String SETTING = "; LRFBENCH_CACHE names the folder";

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
      path = folder;
      channel =
          FileChannel.open(
              folder.resolve(".loading"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.lock();
    } catch (IOException | OverlappingFileLockException e) {
      // Two processes at once remain as safe as atomic moves and JavaCPP make them. In a folder of
      // another user, nothing is written anyway.
    }
    return new NativesFolder(path, channel);
  }

  /** The folder, or nothing where there is none and none can be made. */
  public Optional<Path> path() {
    return Optional.ofNullable(path);
  }

  /** Waits until no other process loads natives through JavaCPP, from here if no other is set. */
  public static NativesFolder lockForJavaCpp() {
    String chosen = System.getProperty(JAVACPP_SETTING);
    NativesFolder folder = chosen == null ? lock() : lock(Path.of(chosen));
    folder.useForJavaCpp();
    folder.removeDamaged();
    return folder;
  }

  /** Has JavaCPP unpack here from now on, if the folder can be written and no other is set. */
  public void useForJavaCpp() {
    if (path != null && Files.isWritable(path) && System.getProperty(JAVACPP_SETTING) == null) {
      System.setProperty(JAVACPP_SETTING, path.toString());
    }
  }

  /**
   * Unpacks a library, unless it lies here already, whole. Where the folder cannot be written, a
   * temporary one takes its place, which the system may clear when the process has ended.
   *
   * @param library where it is on the class path
   * @param name of the file
   * @throws InputException if it cannot be unpacked, with the reason
   */
  public Path unpack(URL library, String name) {
    Path folder = path;
    try {
      if (path != null && isCopy(path.resolve(name), library)) {
        return path.resolve(name);
      }
      if (path == null || !Files.isWritable(path)) {
        folder = Files.createTempDirectory("lrfbench-natives");
      }
      return unpack(library, folder, name);
    } catch (IOException e) {
      String reason =
          e instanceof FileSystemException failure && failure.getReason() != null
              ? failure.getReason()
              : String.valueOf(e.getMessage());
      throw new InputException(
          "cannot unpack " + name + " into " + folder + ": " + reason + SETTING, e);
    }
  }

  /**
   * Keeps a library that was made by the program in a folder of its own, as {@link #unpack} does.
   *
   * @param folderName below this folder
   * @param name of the file
   */
  public Path keep(byte[] library, String folderName, String name) throws IOException {
    Path folder = path == null ? null : path.resolve(folderName);
    if (folder != null
        && Files.isReadable(folder.resolve(name))
        && Arrays.equals(Files.readAllBytes(folder.resolve(name)), library)) {
      return folder.resolve(name);
    }
    if (path == null || !Files.isWritable(path)) {
      folder = Files.createTempDirectory("lrfbench-natives");
    }
    Files.createDirectories(folder);
    return copy(new ByteArrayInputStream(library), folder, name);
  }

  private static Path unpack(URL library, Path folder, String name) throws IOException {
    return copy(library.openStream(), folder, name);
  }

  private static Path copy(InputStream from, Path folder, String name) throws IOException {
    // Not by createTempFile, whose files no other user may read.
    Path temporary = folder.resolve("." + name + "." + UUID.randomUUID() + ".part");
    try (InputStream content = from) {
      Files.copy(content, temporary);
      return Files.move(
          temporary,
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * Whether a file holds what a resource does, by length and checksum where the resource's archive
   * tells them. A file that was cut off or spoiled would end the process when it is loaded.
   */
  static boolean isCopy(Path file, URL resource) throws IOException {
    if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
      return false;
    }
    URLConnection connection = resource.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return Files.size(file) == jar.getJarEntry().getSize()
          && checksum(file) == jar.getJarEntry().getCrc();
    }
    try (InputStream content = connection.getInputStream()) {
      return Arrays.equals(Files.readAllBytes(file), content.readAllBytes());
    }
  }

  private static long checksum(Path file) throws IOException {
    CRC32 checksum = new CRC32();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        checksum.update(buffer, 0, count);
      }
    }
    return checksum.getValue();
  }

  /**
   * Removes what JavaCPP would load although it is not what the archive holds. Below a folder of
   * the archive's name, files have the names of its entries.
   */
  private void removeDamaged() {
    if (path == null || !Files.isWritable(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.filter(NativesFolder::isUnpacked).toList()) {
        Path inFolder = path.relativize(file);
        if (inFolder.getNameCount() < 2) {
          continue;
        }
        String archive = "/" + inFolder.getName(0) + "!/";
        String entry = inFolder.subpath(1, inFolder.getNameCount()).toString().replace('\\', '/');
        URL resource = NativesFolder.class.getClassLoader().getResource(entry);
        if (resource != null && resource.getPath().contains(archive) && !isCopy(file, resource)) {
          Files.delete(file);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // What is wrong with the folder shows when something is loaded from it.
    }
  }

  private static boolean isUnpacked(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
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
