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
  /** Stands where the commit is not known. */
  static final String UNKNOWN = "unknown";

  private static final int GIT_SECONDS = 5;

  private BuildInfo() {}

  static String version() {
    return load().getProperty("version");
  }

  static String gitCommit() {
    return gitCommit(load().getProperty("commit"), System.getProperty("lrfbench.home"), built());
  }

  /**
   * The commit that the build was told, else that of the checkout the program runs from, else that
   * of the checkout it was built in. The launcher rebuilds when a file changed, so the checkout's
   * state is the program's.
   *
   * @param told empty if nothing was
   * @param home the checkout that the launcher ran from, or null
   * @param built what the build found
   */
  static String gitCommit(String told, String home, String built) {
    if (!told.isEmpty()) {
      return told;
    }
    String now = home == null || !Files.exists(Path.of(home, ".git")) ? null : describe(home);
    if (now != null) {
      return now;
    }
    // Ant leaves what it does not know as it stands.
    return built.isEmpty() || built.startsWith("$") ? UNKNOWN : built;
  }

  /** What git said when the jar was made; nothing where no jar was. */
  private static String built() {
    try (InputStream in = BuildInfo.class.getResourceAsStream("commit.txt")) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String describe(String checkout) {
    ProcessBuilder git =
        new ProcessBuilder("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
            .directory(new File(checkout))
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
