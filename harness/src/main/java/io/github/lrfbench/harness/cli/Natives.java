package io.github.lrfbench.harness.cli;

import io.github.lrfbench.harness.result.OutputDirectory;
import io.github.lrfbench.kernels.InputException;
import java.nio.file.Path;

/**
 * Where libraries unpack their native code: below the project's cache folder, so that one folder is
 * enough to mount.
 */
public final class Natives {
  private static final String CACHE = "LRFBENCH_CACHE";
  private static final String JAVACPP = "org.bytedeco.javacpp.cachedir";
  private static final String DJL = "DJL_CACHE_DIR";

  private Natives() {}

  /** The cache folder: {@code LRFBENCH_CACHE}, by default {@code ~/.cache/lrfbench}. */
  public static Path cacheFolder() {
    String set = System.getenv(CACHE);
    return set == null || set.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache", "lrfbench")
        : Path.of(set);
  }

  /**
   * Tells the libraries, which must not have been loaded yet. What the user set for one of them is
   * left alone; without a writable cache folder they look for a place themselves.
   */
  static void configure() {
    Path natives = cacheFolder().resolve("natives").toAbsolutePath();
    try {
      OutputDirectory.check(natives);
    } catch (InputException e) {
      return;
    }
    if (System.getProperty(JAVACPP) == null) {
      System.setProperty(JAVACPP, natives.resolve("javacpp").toString());
    }
    if (System.getProperty(DJL) == null && System.getenv(DJL) == null) {
      System.setProperty(DJL, natives.resolve("djl").toString());
    }
  }
}
