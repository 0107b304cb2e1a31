package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/**
 * Where JavaCPP unpacks OpenBLAS: below the project's cache folder, so that one folder is enough to
 * mount.
 */
public final class Natives {
  private static final String CACHE = "LRFBENCH_CACHE";
  private static final String JAVACPP = "org.bytedeco.javacpp.cachedir";

  private Natives() {}

  /** The cache folder: {@code LRFBENCH_CACHE}, by default {@code ~/.cache/lrfbench}. */
  public static Path cacheFolder() {
    String set = System.getenv(CACHE);
    return set == null || set.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache", "lrfbench")
        : Path.of(set);
  }

  /**
   * Tells JavaCPP, which must not have been loaded yet. What the user set is left alone; without a
   * writable cache folder JavaCPP looks for a place itself.
   */
  public static void configure() {
    Path folder = cacheFolder().resolve("javacpp").toAbsolutePath();
    try {
      OutputDirectory.check(folder);
    } catch (InputException e) {
      return;
    }
    if (System.getProperty(JAVACPP) == null) {
      System.setProperty(JAVACPP, folder.toString());
    }
  }
}
