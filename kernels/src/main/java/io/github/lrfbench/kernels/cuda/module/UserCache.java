package io.github.lrfbench.kernels.cuda.module;

import java.nio.file.Path;

/** The folder in which this user's derived files are kept. */
public final class UserCache {
  private UserCache() {}

  /** A folder below {@code LRFBENCH_CACHE}, by default {@code ~/.cache/lrfbench}; may not exist. */
  public static Path folder(String name) {
    String cache = System.getenv("LRFBENCH_CACHE");
    Path root =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache", "lrfbench")
            : Path.of(cache);
    return root.resolve(name).toAbsolutePath();
  }
}
