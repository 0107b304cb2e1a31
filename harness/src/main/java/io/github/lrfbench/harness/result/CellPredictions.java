package io.github.lrfbench.harness.result;

import io.github.lrfbench.harness.input.TextFile;
import io.github.lrfbench.harness.text.OneLine;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The predictions of cells, in files {@code predictions/CELL_ID.jsonl} beside their {@code
 * runs.csv}: a JSON object for each example and line. A file is there before the cell's row, whole
 * or not at all; one without a row means nothing.
 */
public final class CellPredictions {
  /** The folder beside {@code runs.csv}. */
  public static final String FOLDER = "predictions";

  /** What an id may be made of to be a file's name; those that this program makes are digits. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

  private CellPredictions() {}

  /**
   * The file of a cell if it is there.
   *
   * @param directory that of {@code runs.csv}
   */
  public static Optional<Path> find(Path directory, String cellId) {
    return ID.matcher(cellId).matches()
        ? Optional.of(file(directory, cellId)).filter(Files::isRegularFile)
        : Optional.empty();
  }

  /**
   * Reads a file.
   *
   * @throws InputException if it cannot be read, or a line is no prediction
   */
  public static List<Prediction> read(Path file) {
    List<Prediction> predictions = new ArrayList<>();
    for (String line : TextFile.read(file).lines().toList()) {
      try {
        predictions.add(Prediction.parse(line));
      } catch (IllegalArgumentException e) {
        throw new InputException(
            file + ", line " + (predictions.size() + 1) + ": " + OneLine.of(e.getMessage()), e);
      }
    }
    return predictions;
  }

  /**
   * Writes or replaces the file of a cell. Without predictions it is deleted, lest those of an
   * earlier row of the cell seem to be its own.
   *
   * @param directory that of {@code runs.csv}
   */
  static void write(Path directory, String cellId, List<Prediction> predictions)
      throws IOException {
    StringBuilder text = new StringBuilder();
    predictions.forEach(prediction -> text.append(prediction.line()).append('\n'));
    write(directory, cellId, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Copies the file of a cell, or deletes it where there is none to copy. */
  static void copy(Path from, Path to, String cellId) throws IOException {
    Optional<Path> file = find(from, cellId);
    write(to, cellId, file.isPresent() ? Files.readAllBytes(file.get()) : new byte[0]);
  }

  private static void write(Path directory, String cellId, byte[] bytes) throws IOException {
    if (bytes.length > 0) {
      Files.createDirectories(directory.resolve(FOLDER));
      FileReplacement.write(file(directory, cellId), bytes);
    } else if (find(directory, cellId).isPresent()) {
      Files.delete(file(directory, cellId));
    }
  }

  private static Path file(Path directory, String cellId) {
    return directory.resolve(FOLDER).resolve(cellId + ".jsonl");
  }
}
