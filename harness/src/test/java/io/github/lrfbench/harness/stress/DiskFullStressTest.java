package io.github.lrfbench.harness.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk fills up while results are written; skipped where no small file system can be mounted. */
@Tag("stress")
class DiskFullStressTest {
  @TempDir private Path folder;

  private Path disk;
  private Program program;

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    program = new Program(folder);
    disk = Files.createDirectories(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", disk.toString()) == 0,
        "no file system can be mounted here");
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", disk.toString());
  }

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1;
    }
  }

  @Test
  void aSweepSaysSoAndGoesOnWhenThereIsRoom() throws IOException, InterruptedException {
    int cells = 20;
    List<String> command = program.sweep(cells, disk.resolve("out"));
    Path runs = disk.resolve("out/runs.csv");
    int before = 0;
    for (int again = 0; again < 3; again++) {
      assertEquals(1, program.run(command), program.output());
      assertTrue(program.output().contains("cannot be written: No space left"), program.output());
      assertTrue(program.output().contains("goes on from there"), program.output());
      List<RunRow> rows = ResultsCsv.RUNS.read(runs);
      assertTrue(rows.size() >= Math.max(1, before) && rows.size() < cells, rows.size() + " rows");
      before = rows.size();
    }
    assertEquals(0, run("mount", "-o", "remount,size=4m", disk.toString()));
    assertEquals(0, program.run(command), program.output());
    Set<String> ids = new HashSet<>();
    for (RunRow row : ResultsCsv.RUNS.read(runs)) {
      assertEquals(RunRow.OK, row.get(RunColumns.STATUS));
      assertTrue(ids.add(row.get(RunColumns.CELL_ID)));
    }
    assertEquals(1 + cells, ids.size());
    assertEquals(12 * cells, ResultsCsv.LAYERS.read(disk.resolve("out/layers.csv")).size());
  }

  @Test
  void aMergeLeavesNothingHalf() throws IOException, InterruptedException {
    Path shards = folder.resolve("shards");
    assertEquals(0, program.run(program.sweep(20, shards)), program.output());
    List<String> command = List.of("merge", shards.toString(), "--out=" + disk.resolve("out"));
    assertEquals(2, program.run(command), program.output());
    assertTrue(Files.notExists(disk.resolve("out/runs.csv")));
    assertEquals(0, run("mount", "-o", "remount,size=4m", disk.toString()));
    assertEquals(0, program.run(command), program.output());
    assertEquals(
        ResultsCsv.RUNS.read(shards.resolve("runs.csv")),
        ResultsCsv.RUNS.read(disk.resolve("out/runs.csv")));
  }
}
