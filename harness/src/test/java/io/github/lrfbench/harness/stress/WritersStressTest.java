package io.github.lrfbench.harness.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.cli.Main;
import io.github.lrfbench.harness.result.CsvAppender;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RunColumns;
import io.github.lrfbench.harness.result.RunRow;
import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that write to one place keep each other out. */
@Tag("stress")
class WritersStressTest {
  private static final int WRITERS = 3;
  private static final int ROWS = 800;
  private static final int AT_ONCE = 8;

  @TempDir private Path folder;

  @Test
  void rowsOfThreeProcessesAreWholeAndInTurns() throws IOException, InterruptedException {
    Path file = folder.resolve("rows.csv");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      processes.add(
          Program.start(
              Writer.class, List.of(file.toString(), "writer " + i), folder.resolve("output" + i)));
    }
    for (int i = 0; i < WRITERS; i++) {
      assertEquals(0, processes.get(i).waitFor(), Files.readString(folder.resolve("output" + i)));
    }
    List<String> lines = Files.readAllLines(file);
    assertEquals(1 + WRITERS * ROWS, lines.size());
    assertEquals("writer,row", lines.get(0));
    assertEquals(lines.size(), new HashSet<>(lines).size());
    for (int i = 1; i < lines.size(); i += AT_ONCE) {
      String writer = lines.get(i).split(",")[0];
      for (int j = 0; j < AT_ONCE; j++) {
        assertTrue(lines.get(i + j).startsWith(writer + ","), "rows of two are mixed");
      }
    }
  }

  @Test
  void ofSweepsIntoOneFolderOneRunsAtATime() throws IOException, InterruptedException {
    Program program = new Program(folder);
    Path out = folder.resolve("out");
    List<String> command = program.sweep(10, out);
    for (int round = 0; round < 5; round++) {
      List<Process> processes = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        Path output = folder.resolve("output" + i);
        processes.add(Program.start(Main.class, command, output));
      }
      int done = 0;
      for (int i = 0; i < WRITERS; i++) {
        int code = processes.get(i).waitFor();
        String output = Files.readString(folder.resolve("output" + i));
        assertTrue(code == 0 || output.contains("is being written by another run"), output);
        done += code == 0 ? 1 : 0;
      }
      assertTrue(done >= 1);
      Set<String> cells = new HashSet<>();
      for (RunRow row : ResultsCsv.RUNS.read(out.resolve("runs.csv"))) {
        assertTrue(cells.add(row.get(RunColumns.CELL_ID)), "a cell is repeated");
      }
      assertEquals(11, cells.size());
      Program.delete(out);
    }
  }

  /** Opens a file for some rows at a time. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] arguments) {
      int row = 0;
      while (row < ROWS) {
        try (CsvAppender file = CsvAppender.open(Path.of(arguments[0]), List.of("writer", "row"))) {
          for (int i = 0; i < AT_ONCE; i++) {
            file.append(List.of(arguments[1], Integer.toString(row++)));
          }
        } catch (InputException e) {
          if (!e.getMessage().endsWith("is being written by another run")) {
            throw e;
          }
          Thread.onSpinWait();
        }
      }
    }
  }
}
