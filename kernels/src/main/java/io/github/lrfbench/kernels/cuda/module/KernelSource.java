package io.github.lrfbench.kernels.cuda.module;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads kernels from the class path. Lines of the form {@code #include "file"} are replaced by the
 * file they name, once each, so that the compiler needs no folder of headers.
 */
public final class KernelSource {
  private static final String FOLDER = "/io/github/lrfbench/kernels/cuda/";
  private static final Pattern INCLUDE = Pattern.compile("#include \"([\\w.]+)\"");

  private final Set<String> included = new HashSet<>();
  private final StringBuilder text = new StringBuilder();

  private KernelSource() {}

  /**
   * The full text of an operation.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public static String of(String operation) {
    KernelSource source = new KernelSource();
    source.append(operation + ".cu");
    return source.text.toString();
  }

  private void append(String file) {
    if (!included.add(file)) {
      return;
    }
    int line = 1;
    text.append("#line 1 \"").append(file).append("\"\n");
    for (String content : read(file).split("\n", -1)) {
      Matcher include = INCLUDE.matcher(content);
      if (include.matches()) {
        append(include.group(1));
        text.append("#line ").append(line + 1).append(" \"").append(file).append("\"\n");
      } else {
        text.append(content).append('\n');
      }
      line++;
    }
  }

  private static String read(String file) {
    try (InputStream stream = KernelSource.class.getResourceAsStream(FOLDER + file)) {
      if (stream == null) {
        throw new IllegalArgumentException("there is no kernel source " + file);
      }
      return new String(stream.readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read kernel source " + file, e);
    }
  }
}
