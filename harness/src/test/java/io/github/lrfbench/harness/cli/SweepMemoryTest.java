package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.harness.result.TimeColumns;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep whose larger batches do not fit into Java's heap. */
class SweepMemoryTest {
  private static final int SMALL = 64;
  private static final int LARGER = 72;

  @TempDir private Path folder;

  @BeforeEach
  void writeModelAndData() throws IOException {
    TinyCheckpoint.bert(folder.resolve("model"), 2);
    Path data = Files.createDirectories(folder.resolve("glue/SST-2"));
    Files.writeString(data.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\nbad .\t0\n");
    Files.writeString(
        folder.resolve("sweep.yaml"),
        String.join(
            "\n",
            "model: " + folder.resolve("model"),
            "task: sst2",
            "glue: " + folder.resolve("glue"),
            "keep: [0.5, 0.3]",
            "device: cpu",
            "threads: 1",
            "seq-len: 8",
            "out: " + folder.resolve("out"),
            "grids:",
            "  - batch-size: 1000000",
            "  - batch-size: 4",
            "  - batch-size: 1200000"));
  }

  private int run(int heapMebibytes, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx" + heapMebibytes + "m", "-XX:+UseSerialGC"));
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), "sweep", folder.resolve("sweep.yaml").toString()));
    command.addAll(List.of(options));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start()
        .waitFor();
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }

  private List<String> rows() {
    return ResultsCsv.RUNS.read(folder.resolve("out/runs.csv")).stream()
        .map(SweepMemoryTest::describe)
        .toList();
  }

  private static String describe(RunRow row) {
    return row.get(RunColumns.METHOD)
        + (row.get(RunColumns.BUDGET) == null ? "" : " " + row.get(RunColumns.BUDGET))
        + " at "
        + row.get(TimeColumns.BATCH_SIZE)
        + " "
        + row.get(RunColumns.STATUS);
  }

  @Test
  void whatRanOutOfMemoryIsRememberedAndLargerOnesAreSkipped()
      throws IOException, InterruptedException {
    List<String> expected =
        List.of(
            "dense at 1000000 failed",
            "svd 0.5 at 1000000 skipped",
            "svd 0.3 at 1000000 skipped",
            "dense at 4 ok",
            "svd 0.5 at 4 ok",
            "svd 0.3 at 4 ok",
            "dense at 1200000 skipped",
            "svd 0.5 at 1200000 skipped",
            "svd 0.3 at 1200000 skipped");
    assertEquals(1, run(SMALL), output());
    assertEquals(expected, rows(), output());
    List<RunRow> rows = ResultsCsv.RUNS.read(folder.resolve("out/runs.csv"));
    String error = rows.get(0).get(RunColumns.ERROR);
    assertTrue(error.startsWith("out of memory (Java heap space); "), error);
    String reason = rows.get(1).get(RunColumns.ERROR);
    assertTrue(reason.contains(rows.get(0).get(RunColumns.CELL_ID)), reason);

    assertEquals(1, run(SMALL), output());
    assertEquals(expected, rows(), output());
    assertTrue(output().contains("skipped: takes no less memory than cell"), output());

    List<String> again = new ArrayList<>(expected);
    again.add("dense at 1000000 failed");
    assertEquals(1, run(LARGER), output());
    assertEquals(again, rows(), "with more memory it is tried again: " + output());

    assertEquals(1, run(SMALL, "--retry-memory"), output());
    again.addAll(expected.subList(0, 3));
    again.addAll(expected.subList(6, 9));
    assertEquals(again, rows(), output());
  }
}
