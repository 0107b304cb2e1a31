package io.github.lrfbench.harness.result;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** Version and commit of the program. */
final class BuildInfo {
  private static final int GIT_SECONDS = 5;

  private BuildInfo() {}

  static String version() {
    return load().getProperty("version");
  }

  /**
   * The commit that the build was told, else that of the checkout the program runs from, else null.
   * The launcher rebuilds when a file changed, so the checkout's state is the program's.
   */
  static String gitCommit() {
    String told = load().getProperty("commit");
    if (!told.isEmpty()) {
      return told;
    }
    String home = System.getProperty("lrfbench.home");
    if (home == null || !Files.exists(Path.of(home, ".git"))) {
      return null;
    }
    return describe(new File(home));
  }

  private static String describe(File checkout) {
    ProcessBuilder git =
        new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
            .directory(checkout)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    git.environment().put("GIT_OPTIONAL_LOCKS", "0");
    try {
      Process process = git.start();
      if (!process.waitFor(GIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroy();
        return null;
      }
      byte[] output = process.getInputStream().readAllBytes();
      return process.exitValue() == 0 ? new String(output, StandardCharsets.UTF_8).strip() : null;
    } catch (IOException e) {
      // There is no git here.
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = BuildInfo.class.getResourceAsStream("build.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
