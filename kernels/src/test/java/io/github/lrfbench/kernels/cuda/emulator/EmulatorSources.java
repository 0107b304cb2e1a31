package io.github.lrfbench.kernels.cuda.emulator;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The emulator's C++ sources.
 *
 * @param files what each holds, by its path with slashes, such as {@code driver/memory.cpp}
 */
record EmulatorSources(SortedMap<String, byte[]> files) {
  /** Reads them from the class path, be that a folder or the tests' jar. */
  static EmulatorSources read() throws IOException {
    try {
      URI marker = EmulatorSources.class.getResource("/" + folder() + "/driver/api.h").toURI();
      if (marker.getScheme().equals("jar")) {
        URI jar = URI.create(marker.toString().substring(0, marker.toString().indexOf('!')));
        try (FileSystem system = FileSystems.newFileSystem(jar, Map.of())) {
          return read(system.getPath(folder()));
        }
      }
      return read(Path.of(marker).getParent().getParent());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
  }

  private static String folder() {
    return EmulatorSources.class.getPackageName().replace('.', '/');
  }

  private static EmulatorSources read(Path root) throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        String name = root.relativize(path).toString().replace('\\', '/');
        if (name.endsWith(".h") || name.endsWith(".cpp")) {
          files.put(name, Files.readAllBytes(path));
        }
      }
    }
    return new EmulatorSources(files);
  }

  /** A name for what is built of them with these compiler options. */
  String hash(String options) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(options.getBytes(StandardCharsets.UTF_8));
      files.forEach(
          (name, content) -> {
            digest.update((name + "\0" + content.length).getBytes(StandardCharsets.UTF_8));
            digest.update(content);
          });
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes them below the folder. */
  void writeTo(Path folder) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }

  /** The paths of the files in a folder of the sources that g++ is to compile. */
  Stream<String> units(String folder) {
    return files.keySet().stream().filter(n -> n.startsWith(folder + "/") && n.endsWith(".cpp"));
  }
}
