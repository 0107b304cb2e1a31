package io.github.lrfbench.harness.glue;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Test data that is not part of the repository; tests that need it are skipped without it. */
public final class SharedData {
  private SharedData() {}

  /**
   * A file or directory of the test data: under the system property or environment variable {@code
   * LRFBENCH_TEST_DATA}, else under {@code ../shared} beside the repository.
   */
  public static Path require(String path) {
    Path file = root().resolve(path);
    assumeTrue(Files.exists(file), file + " is not there; set LRFBENCH_TEST_DATA");
    return file;
  }

  private static Path root() {
    String given = System.getProperty("LRFBENCH_TEST_DATA", System.getenv("LRFBENCH_TEST_DATA"));
    if (given != null) {
      return Path.of(given);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (folder.getParent() != null && !Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    return folder.resolve("../shared").normalize();
  }
}
