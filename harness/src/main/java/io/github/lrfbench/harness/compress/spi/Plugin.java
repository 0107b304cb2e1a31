package io.github.lrfbench.harness.compress.spi;

import io.github.lrfbench.harness.input.Faults;
import io.github.lrfbench.harness.input.TextFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A jar, or a folder of classes, that a method which is none of the program's own comes from.
 *
 * @param path of the jar or folder
 * @param sha256 of the jar, or of what is in the folder
 */
public record Plugin(Path path, String sha256) {
  /** A program reads its classes once: what is edited while it runs changes nothing. */
  private static final Map<Path, Plugin> KNOWN = new HashMap<>();

  /**
   * Where a method comes from; empty for those of the program.
   *
   * @throws io.github.lrfbench.kernels.InputException if that cannot be read
   */
  public static Optional<Plugin> of(Compressor compressor) {
    return location(compressor.getClass())
        .filter(path -> !location(Plugin.class).equals(Optional.of(path)))
        .map(Plugin::at);
  }

  private static Optional<Path> location(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Path.of(source.getLocation().toURI()));
    } catch (URISyntaxException | RuntimeException e) {
      // Not a file: nobody edits it.
      return Optional.empty();
    }
  }

  private static synchronized Plugin at(Path path) {
    return KNOWN.computeIfAbsent(path, missing -> new Plugin(missing, hash(missing)));
  }

  /** The same wherever the files lie and in whatever order a folder lists them. */
  static String hash(Path path) {
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(path)) {
      all.filter(Files::isRegularFile)
          .forEach(file -> files.put(path.relativize(file).toString().replace('\\', '/'), file));
      StringBuilder contents = new StringBuilder();
      for (Map.Entry<String, Path> file : files.entrySet()) {
        String bytes = HexFormat.of().formatHex(Files.readAllBytes(file.getValue()));
        contents.append(file.getKey()).append(' ').append(TextFile.sha256(bytes)).append('\n');
      }
      return TextFile.sha256(contents.toString());
    } catch (IOException e) {
      throw Faults.of(path, e);
    }
  }

  /** For {@code run.json}. */
  public Map<String, Object> toJson() {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("path", path.toString());
    told.put("sha256", sha256);
    return told;
  }
}
