package io.github.lrfbench.harness.stress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands are killed while they write; given again they end as if nothing had been. */
@Tag("stress")
class KillStressTest {
  @TempDir private Path folder;

  private Program program;

  @BeforeEach
  void writeModelAndData() throws IOException {
    program = new Program(folder);
  }

  @Test
  void sweep() throws IOException, InterruptedException {
    int cells = 40;
    int killed = 0;
    for (int round = 0; killed < Program.kills(); round++) {
      Path out = folder.resolve("sweep-" + round);
      List<String> command = program.sweep(cells, out);
      List<RunRow> before = List.of();
      while (killed < Program.kills() && program.kill(command, out)) {
        killed++;
        Path runs = out.resolve("runs.csv");
        List<RunRow> after = length(runs) > 0 ? ResultsCsv.RUNS.read(runs) : List.of();
        assertEquals(before, after.subList(0, before.size()), "finished rows were changed");
        before = after;
      }
      assertEquals(0, program.run(command), program.output());
      Set<String> ids = new HashSet<>();
      for (RunRow row : ResultsCsv.RUNS.read(out.resolve("runs.csv"))) {
        assertEquals(RunRow.OK, row.get(RunColumns.STATUS));
        assertTrue(ids.add(row.get(RunColumns.CELL_ID)), "a cell is repeated");
      }
      assertEquals(1 + cells, ids.size());
      assertEquals(12 * cells, ResultsCsv.LAYERS.read(out.resolve("layers.csv")).size());
      assertNothingHidden(out);
    }
    told("sweep", killed);
  }

  @Test
  void finetune() throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "finetune",
            "--model=" + folder.resolve("model"),
            "--task=sst2",
            "--glue=" + folder.resolve("glue"),
            "--epochs=6",
            "--batch-size=2",
            "--save-steps=1",
            "--overwrite",
            "--device=cpu",
            "--threads=1");
    killed("finetune", command, List.of("model.safetensors", "config.json"));
  }

  @Test
  void compress() throws IOException, InterruptedException {
    List<String> command =
        List.of(
            "compress",
            "--model=" + folder.resolve("model"),
            "--keep=0.5",
            "--overwrite",
            "--device=cpu",
            "--threads=1");
    killed("compress", command, List.of("lrfbench_model.safetensors", "config.json", "vocab.txt"));
  }

  @Test
  void merge() throws IOException, InterruptedException {
    Path shards = folder.resolve("shards");
    assertEquals(0, program.run(program.sweep(3, shards)), program.output());
    List<String> command = List.of("merge", shards.toString());
    killed("merge", command, List.of("runs.csv", "layers.csv", "latencies.csv"));
  }

  /** Whether there are results after a kill is seen by the last file; then all are whole. */
  private void killed(String name, List<String> command, List<String> files)
      throws IOException, InterruptedException {
    Path whole = folder.resolve("whole");
    assertEquals(0, program.run(with(command, whole)), program.output());
    int killed = 0;
    while (killed < Program.kills()) {
      Path out = folder.resolve("out");
      boolean again = program.kill(with(command, out), out);
      killed += again ? 1 : 0;
      if (!again || killed % 10 == 0) {
        // A merge that was killed when all was done refuses its own results.
        boolean merged = name.equals("merge") && Files.exists(out.resolve("runs.csv"));
        assertEquals(merged ? 2 : 0, program.run(with(command, out)), program.output());
        for (String file : files) {
          assertArrayEquals(
              Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(out.resolve(file)), file);
        }
        assertNothingHidden(out);
        if (merged || killed % 20 < 10) {
          Program.delete(out);
        }
      }
    }
    told(name, killed);
  }

  private static List<String> with(List<String> command, Path out) {
    List<String> all = new ArrayList<>(command);
    all.add("--out=" + out);
    return all;
  }

  private static long length(Path file) {
    return file.toFile().length();
  }

  private static void assertNothingHidden(Path out) {
    for (String name : out.toFile().list()) {
      assertTrue(!name.startsWith("."), name + " was left");
    }
  }

  private static void told(String command, int kills) {
    System.out.println(command + ": killed " + kills + " times, nothing lost");
  }
}
