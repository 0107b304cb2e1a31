package io.github.lrfbench.harness.result;

import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Writes {@code run.json}: what is needed to know, and to repeat, how a run was made. */
public final class RunJson {
  /** The file's usual name. */
  public static final String FILE = "run.json";

  private RunJson() {}

  /**
   * The object in a file, or nothing if there is no such file.
   *
   * @throws InputException if the file holds something else
   */
  public static Optional<Map<String, Object>> read(Path path) {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.parseObject(TextFile.read(path)));
    } catch (IllegalArgumentException e) {
      throw new InputException(path + ": is no record of a run: " + e.getMessage(), e);
    }
  }

  /**
   * Writes or replaces a file of one JSON object; readers see the old or the new one, never a part.
   *
   * @param object strings, numbers, booleans, lists and maps, in the order to print
   * @throws InputException if the file cannot be written
   */
  public static void write(Path path, Map<String, Object> object) {
    byte[] bytes = Json.printPretty(object).getBytes(StandardCharsets.UTF_8);
    try {
      FileReplacement.write(path, bytes);
    } catch (IOException e) {
      throw new InputException(path + ": cannot be written: " + OneLine.reason(e), e);
    }
  }
}
