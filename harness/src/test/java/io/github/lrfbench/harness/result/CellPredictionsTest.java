package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CellPredictionsTest {
  private static final List<Prediction> TWO =
      List.of(
          new Prediction(0, "entailment", List.of(1.5f, -2e-9f), "not_entailment"),
          new Prediction(4, "a \"text\"\nof two lines", List.of(), null));

  @TempDir private Path folder;

  private static void append(Path directory, RunRow row, List<Prediction> predictions) {
    try (ResultsWriter writer = ResultsWriter.open(directory)) {
      writer.append(row, List.of(), List.of(), predictions);
    }
  }

  @Test
  void aCellsPredictionsAreAnObjectALineBesideItsTable() throws IOException {
    append(folder, Rows.run("a", "1f"), TWO);
    Path file = folder.resolve("predictions/1f.jsonl");
    assertEquals(
        List.of(
            "{\"index\":0,\"prediction\":\"entailment\",\"logits\":[1.5,-2.0E-9],"
                + "\"gold\":\"not_entailment\"}",
            "{\"index\":4,\"prediction\":\"a \\\"text\\\"\\nof two lines\"}"),
        Files.readAllLines(file));
    assertEquals(Optional.of(file), CellPredictions.find(folder, "1f"));
    assertEquals(TWO, CellPredictions.read(file));
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertEquals(1, files.count(), "a draft is left");
    }
  }

  @Test
  void scoresStayNumbers() {
    append(folder, Rows.run("a", "1"), List.of(new Prediction(7, 2.25f, List.of(2.25f), 3.0)));
    Prediction read = CellPredictions.read(CellPredictions.find(folder, "1").orElseThrow()).get(0);
    assertEquals(2.25, read.prediction());
    assertEquals(3.0, read.gold());
  }

  /** Of a row that is appended later, without predictions, or with fewer. */
  @Test
  void thoseOfAnEarlierRowAreNotTakenForALaterOnes() throws IOException {
    append(folder, Rows.run("a", "1"), TWO);
    Files.delete(folder.resolve("runs.csv"));
    append(folder, Rows.run("b", "1"), TWO.subList(0, 1));
    assertEquals(
        TWO.subList(0, 1), CellPredictions.read(CellPredictions.find(folder, "1").orElseThrow()));
    Files.delete(folder.resolve("runs.csv"));
    append(folder, Rows.run("c", "1"), List.of());
    assertEquals(Optional.empty(), CellPredictions.find(folder, "1"));
  }

  @Test
  void whatCannotBeWrittenLeavesNoRow() throws IOException {
    Files.writeString(folder.resolve("predictions"), "a file where the folder should be");
    OutputException e =
        assertThrows(OutputException.class, () -> append(folder, Rows.run("a", "1"), TWO));
    assertTrue(e.getMessage().contains("predictions: cannot be written"), e.getMessage());
    assertEquals(List.of(), ResultsCsv.RUNS.read(folder.resolve("runs.csv")));
  }

  @Test
  void anIdThatLeadsElsewhereHasNoFile() throws IOException {
    Files.writeString(folder.resolve("other.jsonl"), "{}");
    Path directory = Files.createDirectories(folder.resolve("run/predictions")).getParent();
    assertEquals(Optional.empty(), CellPredictions.find(directory, "../../other"));
    append(directory, Rows.run("a", "../../other"), List.of());
    assertTrue(Files.exists(folder.resolve("other.jsonl")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"index\":1",
        "{\"index\":\"1\",\"prediction\":\"x\"}",
        "{\"index\":1}",
        "{\"index\":1,\"prediction\":null}",
        "{\"index\":1,\"prediction\":\"x\",\"logits\":[\"NaN\"]}"
      })
  void aDamagedLineIsNamed(String line) throws IOException {
    Path file = folder.resolve("x.jsonl");
    Files.writeString(file, "{\"index\":0,\"prediction\":\"x\"}\n" + line + "\n");
    InputException e = assertThrows(InputException.class, () -> CellPredictions.read(file));
    assertTrue(e.getMessage().startsWith(file + ", line 2: "), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void aMergeCarriesThoseOfTheRowsThatItTakes() throws IOException {
    RunRow failed = Rows.run("a", "2").toBuilder().set(RunColumns.STATUS, RunRow.FAILED).build();
    Path one = Files.createDirectories(folder.resolve("shard-0"));
    append(one, Rows.run("a", "1"), TWO);
    append(one, failed, List.of());
    append(one, Rows.run("a", "3"), List.of());
    Path two = Files.createDirectories(folder.resolve("shard-1"));
    append(two, Rows.run("b", "1"), TWO.subList(0, 1));
    append(two, Rows.run("b", "2"), TWO.subList(0, 1));
    Path out = Files.createDirectories(folder.resolve("all/predictions")).getParent();
    Files.writeString(out.resolve("predictions/3.jsonl"), "of a merge that was killed");

    ResultsMerge merge = new ResultsMerge();
    merge.add(one);
    merge.add(two);
    merge.write(out);

    assertEquals(TWO, CellPredictions.read(out.resolve("predictions/1.jsonl")));
    assertEquals(TWO.subList(0, 1), CellPredictions.read(out.resolve("predictions/2.jsonl")));
    assertEquals(Optional.empty(), CellPredictions.find(out, "3"), "another cell's");
  }
}
