package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsMergeTest {
  @TempDir private Path folder;

  private Path write(String name, RunRow... rows) {
    Path directory = folder.resolve(name);
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    try (ResultsWriter writer = ResultsWriter.open(directory)) {
      for (RunRow row : rows) {
        List<LayerRow> layers =
            row.failed()
                ? List.of()
                : Rows.layers(row.get(RunColumns.RUN_ID), row.get(RunColumns.CELL_ID));
        writer.append(
            row,
            layers,
            row.failed()
                ? List.of()
                : Rows.samples(row.get(RunColumns.RUN_ID), row.get(RunColumns.CELL_ID)),
            List.of());
      }
    }
    return directory;
  }

  private static RunRow failed(String runId, String cellId) {
    return Rows.run(runId, cellId).toBuilder().set(RunColumns.STATUS, RunRow.FAILED).build();
  }

  private static List<RunRow> read(Path directory) {
    return ResultsCsv.RUNS.read(directory.resolve("runs.csv"));
  }

  @Test
  void shardsBecomeOneTableWithTheirLayers() {
    write("sweep/shard-0-of-2", Rows.run("a", "1"), Rows.run("a", "3"));
    write("sweep/shard-1-of-2", Rows.run("b", "2"));
    ResultsMerge merge = new ResultsMerge();
    merge.add(folder.resolve("sweep"));
    Path out = folder.resolve("all");
    merge.write(out);
    assertEquals(List.of(Rows.run("a", "1"), Rows.run("a", "3"), Rows.run("b", "2")), read(out));
    assertEquals(3, merge.read());
    assertEquals(6, ResultsCsv.LAYERS.read(out.resolve("layers.csv")).size());
    List<SampleRow> samples = ResultsCsv.SAMPLES.read(out.resolve("latencies.csv"));
    assertEquals(9, samples.size());
    assertEquals(Rows.samples("b", "2"), samples.subList(6, 9));
  }

  @Test
  void filesOfEarlierVersionsJoinThoseOfThisOne() throws IOException {
    Path old = Files.createDirectories(folder.resolve("old"));
    Files.writeString(
        old.resolve("runs.csv"), "schema,run_id,cell_id,status,params\r\n1,a,1,ok,7\r\n");
    Files.writeString(
        old.resolve("layers.csv"),
        "schema,run_id,cell_id,layer,rows,cols,rank,params_dense,params\r\n2,a,1,w,4,4,2,16,16\r\n");
    ResultsMerge merge = new ResultsMerge();
    merge.add(old);
    merge.add(write("new", Rows.run("b", "2")));
    Path out = folder.resolve("all");
    merge.write(out);
    List<RunRow> rows = read(out);
    assertEquals(List.of("1", "2"), rows.stream().map(row -> row.get(RunColumns.CELL_ID)).toList());
    assertEquals(7, rows.get(0).get(SizeColumns.PARAMS));
    assertNull(rows.get(0).get(SizeColumns.FORMS));
    List<LayerRow> layers = ResultsCsv.LAYERS.read(out.resolve("layers.csv"));
    assertEquals(3, layers.size());
    assertEquals(2, layers.get(0).rank());
    assertNull(layers.get(0).form());
  }

  @Test
  void aCellIsOneRowAndOneThatSucceededGoesFirst() {
    RunRow slower =
        Rows.run("c", "1").toBuilder()
            .set(TimeColumns.LATENCY_MS_MEAN, 3.0)
            .set(ScoreColumns.METRIC, 0.8751)
            .build();
    ResultsMerge merge = new ResultsMerge();
    merge.add(write("first", failed("a", "1"), failed("a", "2")));
    merge.add(write("second", Rows.run("b", "1")).resolve("runs.csv"));
    merge.add(write("third", slower, failed("c", "1")));
    Path out = folder.resolve("all");
    merge.write(out);
    assertEquals(List.of(Rows.run("b", "1"), failed("a", "2")), read(out));
    List<LayerRow> layers = ResultsCsv.LAYERS.read(out.resolve("layers.csv"));
    assertEquals(Rows.layers("b", "1"), layers);
  }

  @Test
  void runsThatDisagreeAreRefusedByName() {
    RunRow other = Rows.run("b", "1").toBuilder().set(ScoreColumns.METRIC, 0.5).build();
    ResultsMerge merge = new ResultsMerge();
    merge.add(write("first", Rows.run("a", "1")));
    Path second = write("second", other);
    InputException e = assertThrows(InputException.class, () -> merge.add(second));
    assertTrue(
        e.getMessage().contains("disagree on metric of cell 1: 0.875 and 0.5"), e.getMessage());
    assertTrue(e.getMessage().contains(second.resolve("runs.csv").toString()), e.getMessage());
  }

  @Test
  void cellsOfOneTaskThatAreOfOtherDataAreRefused() {
    for (Column<String> column : List.of(RunColumns.DATA_HASH, RunColumns.TRAIN_HASH)) {
      String name = column.name();
      RunRow one =
          Rows.run("a", "1").toBuilder().set(RunColumns.TASK, "rte").set(column, "h1").build();
      RunRow two =
          Rows.run("b", "2").toBuilder().set(RunColumns.TASK, "rte").set(column, "h2").build();
      ResultsMerge merge = new ResultsMerge();
      merge.add(write("one-" + name, one));
      Path second = write("two-" + name, two);
      InputException e = assertThrows(InputException.class, () -> merge.add(second));
      assertTrue(e.getMessage().contains("another " + name), e.getMessage());
      // Another task, a row that does not tell, and texts that ids name.
      RunRow unknown = two.toBuilder().set(column, null).build();
      RunRow task =
          two.toBuilder().set(RunColumns.CELL_ID, "3").set(RunColumns.TASK, "other").build();
      merge.add(write("unknown-" + name, unknown, task));
      RunRow text =
          one.toBuilder().set(RunColumns.TASK, "lm").set(ScoreColumns.PERPLEXITY, 2.0).build();
      RunRow another =
          text.toBuilder().set(RunColumns.CELL_ID, "9").set(RunColumns.DATA_HASH, "t").build();
      merge.add(
          write("texts-" + name, text.toBuilder().set(RunColumns.CELL_ID, "8").build(), another));
    }
  }

  @Test
  void nothingIsOverwrittenAndNothingIsMadeOfNothing() throws IOException {
    Path first = write("first", Rows.run("a", "1"));
    ResultsMerge merge = new ResultsMerge();
    merge.add(first);
    byte[] before = Files.readAllBytes(first.resolve("runs.csv"));
    InputException taken = assertThrows(InputException.class, () -> merge.write(first));
    assertTrue(taken.getMessage().contains("holds a runs.csv already"), taken.getMessage());
    assertEquals(before.length, Files.size(first.resolve("runs.csv")));
    Path empty = Files.createDirectories(folder.resolve("empty"));
    assertThrows(InputException.class, () -> merge.add(empty));
    assertThrows(InputException.class, () -> merge.add(folder.resolve("missing")));
    ResultsMerge nothing = new ResultsMerge();
    nothing.add(write("no-rows"));
    Path out = folder.resolve("nothing");
    assertThrows(InputException.class, () -> nothing.write(out));
    assertTrue(Files.notExists(out));
  }

  @Test
  void aMergeThatWasKilledAnywhereIsDoneAgain() throws IOException {
    Path shard = write("shard", Rows.run("a", "1"), Rows.run("a", "2"));
    Path whole = merge(shard, folder.resolve("whole"));
    byte[] runs = Files.readAllBytes(whole.resolve("runs.csv"));
    byte[] layers = Files.readAllBytes(whole.resolve("layers.csv"));
    Path out = Files.createDirectories(folder.resolve("out"));
    Files.write(out.resolve(".layers.csv.tmp"), new byte[] {'s'});
    Files.write(out.resolve(".runs.csv.lock"), new byte[0]);
    assertMerged(merge(shard, out), runs, layers);
    assertThrows(InputException.class, () -> merge(shard, out), "it is whole");
    Files.delete(out.resolve("runs.csv"));
    Files.write(out.resolve(".runs.csv.tmp"), new byte[] {'s'});
    assertMerged(merge(shard, out), runs, layers);
  }

  @Test
  void resultsOfOthersAreLeftAlone() throws IOException {
    Path shard = write("shard", Rows.run("a", "1"));
    Path other = write("other", Rows.run("a", "1"), Rows.run("b", "2"));
    byte[] layers = Files.readAllBytes(other.resolve("layers.csv"));
    assertThrows(InputException.class, () -> merge(shard, other));
    Files.delete(other.resolve("runs.csv"));
    InputException e = assertThrows(InputException.class, () -> merge(shard, other));
    assertTrue(e.getMessage().contains("holds a layers.csv already"), e.getMessage());
    assertArrayEquals(layers, Files.readAllBytes(other.resolve("layers.csv")));
    try (ResultsWriter sweep = ResultsWriter.open(folder.resolve("shard"))) {
      Path out = Files.createDirectories(folder.resolve("busy"));
      try (ResultsWriter writer = ResultsWriter.open(out)) {
        assertThrows(InputException.class, () -> merge(shard, out));
      }
    }
  }

  @Test
  void undefinedMetricsAgreeWithThemselvesAlone() {
    RunRow undefined = Rows.run("a", "1").toBuilder().set(ScoreColumns.METRIC, Double.NaN).build();
    RunRow empty = Rows.run("b", "1").toBuilder().set(ScoreColumns.METRIC, null).build();
    ResultsMerge merge = new ResultsMerge();
    merge.add(write("first", undefined));
    merge.add(write("second", undefined));
    merge.add(write("third", empty));
    assertEquals(1, merge.rows().size());
    Path number = write("fourth", Rows.run("c", "1"));
    assertThrows(InputException.class, () -> merge.add(number));
  }

  private static Path merge(Path place, Path out) {
    ResultsMerge merge = new ResultsMerge();
    merge.add(place);
    merge.write(out);
    return out;
  }

  private static void assertMerged(Path out, byte[] runs, byte[] layers) throws IOException {
    assertArrayEquals(runs, Files.readAllBytes(out.resolve("runs.csv")));
    assertArrayEquals(layers, Files.readAllBytes(out.resolve("layers.csv")));
    try (Stream<Path> files = Files.list(out)) {
      assertEquals(3, files.count());
    }
  }
}
