package io.github.lrfbench.kernels.cuda.module;

import java.nio.file.Path;

/**
 * The folder in which this user's derived files are kept: what the system property {@code
 * lrfbench.cache} says, else the environment variable {@code LRFBENCH_CACHE}, else {@code
 * ~/.cache/lrfbench}.
 */
public final class UserCache {
  private static final String PROPERTY = "lrfbench.cache";
  private static final String VARIABLE = "LRFBENCH_CACHE";

  private UserCache() {}

  /** A folder below it, which may not exist. */
  public static Path folder(String name) {
    String cache = System.getProperty(PROPERTY, System.getenv(VARIABLE));
    Path root =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache", "lrfbench")
            : Path.of(cache);
    return root.resolve(name).toAbsolutePath();
  }
}
