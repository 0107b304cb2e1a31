package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ResultsWriterTest {
  @TempDir Path folder;

  @Test
  void cellsOfEarlierRunsAreThereWhenTheDirectoryIsOpenedAgain() {
    try (ResultsWriter writer = ResultsWriter.open(folder)) {
      writer.append(Rows.run("r1", "a"), Rows.layers("r1", "a"));
      writer.append(Rows.run("r1", "dense"), List.of());
    }
    try (ResultsWriter writer = ResultsWriter.open(folder)) {
      writer.append(Rows.run("r2", "b"), Rows.layers("r2", "b"));
      assertEquals(List.of("a", "dense", "b"), cells(writer.rows()));
    }
    assertEquals(4, layers().size());
  }

  @Test
  void layersWithoutTheirRunAreDropped() {
    try (ResultsWriter writer = ResultsWriter.open(folder)) {
      writer.append(Rows.run("r1", "a"), Rows.layers("r1", "a"));
    }
    try (CsvAppender file =
        CsvAppender.open(folder.resolve("layers.csv"), LayerColumns.TABLE.header())) {
      file.append(ResultsCsv.LAYERS.print(Rows.layer("r1", "b", "x")));
      file.append(ResultsCsv.LAYERS.print(Rows.layer("r2", "a", "x")));
    }
    ResultsWriter.open(folder).close();
    assertEquals(Rows.layers("r1", "a"), layers());
  }

  @Test
  void samplesWithoutTheirRunAreDropped() {
    try (ResultsWriter writer = ResultsWriter.open(folder)) {
      writer.append(Rows.run("r1", "a"), List.of(), Rows.samples("r1", "a"), List.of());
    }
    Path file = folder.resolve("latencies.csv");
    try (CsvAppender samples = CsvAppender.open(file, SampleColumns.TABLE.header())) {
      Rows.samples("r1", "b").forEach(row -> samples.append(ResultsCsv.SAMPLES.print(row)));
    }
    assertEquals(6, ResultsCsv.SAMPLES.read(file).size());
    ResultsWriter.open(folder).close();
    assertEquals(Rows.samples("r1", "a"), ResultsCsv.SAMPLES.read(file));
  }

  @Test
  void aDirectoryWhoseFilesOthersSavedIsGoneOnWith() throws IOException {
    try (ResultsWriter writer = ResultsWriter.open(folder)) {
      writer.append(Rows.run("r1", "a"), Rows.layers("r1", "a"));
    }
    Path runs = folder.resolve("runs.csv");
    Files.writeString(runs, "\uFEFF" + Files.readString(runs).replace("\r\n", "\n") + "\n\n");
    Path layers = folder.resolve("layers.csv");
    String unfinished = String.join(",", ResultsCsv.LAYERS.print(Rows.layer("r1", "b", "x")));
    Files.writeString(
        layers, Files.readString(layers).replace("\r\n", "\n\n") + unfinished + "\n\n");
    try (ResultsWriter writer = ResultsWriter.open(folder)) {
      writer.append(Rows.run("r2", "b"), Rows.layers("r2", "b"));
      assertEquals(List.of("a", "b"), cells(writer.rows()));
    }
    assertEquals(List.of("a", "b"), cells(ResultsCsv.RUNS.read(runs)));
    assertEquals(List.of("a", "a", "b", "b"), layers().stream().map(LayerRow::cellId).toList());
  }

  @Test
  void aForeignFileIsRefusedAndTheOtherOneReleased() throws IOException {
    Files.writeString(folder.resolve("layers.csv"), "mine\n");
    assertThrows(InputException.class, () -> ResultsWriter.open(folder));
    Files.delete(folder.resolve("layers.csv"));
    ResultsWriter.open(folder).close();
  }

  @Test
  @Timeout(60)
  void aKilledWriterLeavesWholeCells() throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                EndlessWriter.class.getName(),
                folder.toString())
            .inheritIO()
            .start();
    try {
      Path runs = folder.resolve("runs.csv");
      while (!Files.exists(runs) || CsvRecords.ends(runs).size() < 20) {
        assertTrue(writer.isAlive());
        Thread.sleep(5);
      }
    } finally {
      writer.destroyForcibly();
      assertTrue(writer.waitFor(10, TimeUnit.SECONDS));
    }
    try (ResultsWriter reopened = ResultsWriter.open(folder)) {
      List<String> cells = cells(reopened.rows());
      assertFalse(cells.isEmpty());
      assertEquals(cells.stream().distinct().toList(), cells);
      assertEquals(cells, layers().stream().map(LayerRow::cellId).distinct().toList());
      assertEquals(2 * cells.size(), layers().size());
      List<SampleRow> samples = ResultsCsv.SAMPLES.read(folder.resolve("latencies.csv"));
      assertEquals(cells, samples.stream().map(SampleRow::cellId).distinct().toList());
      assertEquals(3 * cells.size(), samples.size());
    }
  }

  private List<LayerRow> layers() {
    return ResultsCsv.LAYERS.read(folder.resolve("layers.csv"));
  }

  private static List<String> cells(List<RunRow> rows) {
    return rows.stream().map(row -> row.get(RunColumns.CELL_ID)).toList();
  }

  /** Appends cells until it is killed. */
  static final class EndlessWriter {
    private EndlessWriter() {}

    public static void main(String[] arguments) {
      try (ResultsWriter writer = ResultsWriter.open(Path.of(arguments[0]))) {
        for (int i = 0; ; i++) {
          writer.append(
              Rows.run("r", "cell" + i),
              Rows.layers("r", "cell" + i),
              Rows.samples("r", "cell" + i),
              List.of());
        }
      }
    }
  }
}
