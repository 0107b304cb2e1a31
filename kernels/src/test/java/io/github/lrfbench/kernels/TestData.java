package io.github.lrfbench.kernels;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds data that is too large for the repository: golden tensors of reference models, data sets.
 * It lies in the folder named by the system property or environment variable {@code
 * LRFBENCH_TEST_DATA}, by default in {@code shared} beside the repository.
 */
public final class TestData {
  private static final String SETTING = "LRFBENCH_TEST_DATA";

  private TestData() {}

  /** The file or folder {@code name} below the data folder; the test is skipped if it is absent. */
  public static Path require(String name) {
    Path path = folder().resolve(name);
    assumeTrue(
        Files.exists(path), () -> "needs " + path + "; set " + SETTING + " to the data's folder");
    return path;
  }

  /** The folder that holds {@code mvnw}. */
  public static Path repositoryRoot() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("no mvnw above " + Path.of("").toAbsolutePath());
    }
    return folder;
  }

  private static Path folder() {
    String setting = System.getProperty(SETTING, System.getenv(SETTING));
    Path root = repositoryRoot();
    return (setting == null ? root.resolve("../shared") : root.resolve(setting)).normalize();
  }
}
