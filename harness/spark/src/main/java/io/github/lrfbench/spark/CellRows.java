package io.github.lrfbench.spark;

import io.github.lrfbench.harness.result.CellPredictions;
import io.github.lrfbench.harness.result.LayerRow;
import io.github.lrfbench.harness.result.Prediction;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.ResultsWriter;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.SampleRow;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The rows of cells, as the text of the files that they belong in.
 *
 * @param runs {@code runs.csv}
 * @param layers {@code layers.csv}
 * @param latencies {@code latencies.csv}
 * @param predictions those of the one cell that was run; null if they were not kept
 */
record CellRows(String runs, String layers, String latencies, String predictions)
    implements Serializable {
  private static final String RUNS = ResultsCsv.RUNS.schema().file();
  private static final String LAYERS = ResultsCsv.LAYERS.schema().file();
  private static final String LATENCIES = ResultsCsv.SAMPLES.schema().file();

  /** What a directory holds of a cell that was run in it, and of others. */
  static CellRows read(Path directory, String cellId) throws IOException {
    Optional<Path> predictions = CellPredictions.find(directory, cellId);
    return new CellRows(
        Files.readString(directory.resolve(RUNS)),
        Files.readString(directory.resolve(LAYERS)),
        Files.readString(directory.resolve(LATENCIES)),
        predictions.isPresent() ? Files.readString(predictions.get()) : null);
  }

  /** Rows without matrices. */
  static CellRows of(List<RunRow> rows) throws IOException {
    Path directory = Folders.temporary();
    try {
      try (ResultsWriter writer = ResultsWriter.open(directory)) {
        rows.forEach(row -> writer.append(row, List.of()));
      }
      return read(directory, "");
    } finally {
      Folders.delete(directory);
    }
  }

  /** Writes the files. */
  void write(Path directory) throws IOException {
    Files.writeString(directory.resolve(RUNS), runs);
    Files.writeString(directory.resolve(LAYERS), layers);
    Files.writeString(directory.resolve(LATENCIES), latencies);
  }

  /** Appends those rows that a run made. */
  void appendTo(ResultsWriter writer, String runId) throws IOException {
    Path directory = Folders.temporary();
    try {
      write(directory);
      List<LayerRow> matrices = ResultsCsv.LAYERS.read(directory.resolve(LAYERS));
      List<SampleRow> samples = ResultsCsv.SAMPLES.read(directory.resolve(LATENCIES));
      for (RunRow row : ResultsCsv.RUNS.read(directory.resolve(RUNS))) {
        if (row.get(RunColumns.RUN_ID).equals(runId)) {
          writer.append(row, matrices, samples, predictions(directory));
        }
      }
    } finally {
      Folders.delete(directory);
    }
  }

  private List<Prediction> predictions(Path directory) throws IOException {
    if (predictions == null) {
      return List.of();
    }
    return CellPredictions.read(Files.writeString(directory.resolve("cell.jsonl"), predictions));
  }
}
