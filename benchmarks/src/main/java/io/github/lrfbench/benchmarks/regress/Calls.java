package io.github.lrfbench.benchmarks.regress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Processes that are waited for. */
final class Calls {
  /** Set by those who tune OpenBLAS by hand: all sides are to run as they would without. */
  private static final List<String> UNSET = List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE");

  private Calls() {}

  /**
   * Runs a command.
   *
   * @return the lines of its output
   * @throws FailedCall if it fails, with the last line that it wrote on its error stream
   */
  static List<String> run(List<String> command) {
    Path errors = null;
    try {
      errors = Files.createTempFile("regress-", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectError(errors.toFile());
      UNSET.forEach(builder.environment()::remove);
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new FailedCall(
            command.get(0) + " ended with " + code + ": " + lastLine(Files.readString(errors)));
      }
      return output.lines().toList();
    } catch (IOException e) {
      throw new FailedCall(command.get(0) + " does not run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FailedCall(command.get(0) + " was interrupted");
    } finally {
      delete(errors);
    }
  }

  private static String lastLine(String text) {
    return text.lines().filter(line -> !line.isBlank()).reduce("", (a, b) -> b).strip();
  }

  private static void delete(Path file) {
    if (file != null) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
