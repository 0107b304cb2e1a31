package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvAppenderTest {
  private static final List<String> HEADER = List.of("name", "text");
  private static final String CONTENT =
      "name,text\r\nplain,a\r\nquoted,\"b, \"\"c\"\"\r\nd\"\r\numlaut,ä€😀\r\n";

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void name() {
    path = folder.resolve("x.csv");
  }

  @Test
  void aNewFileGetsTheHeaderOnce() throws IOException {
    append("1", "a");
    append("2", "b");
    assertEquals("name,text\r\n1,a\r\n2,b\r\n", Files.readString(path));
  }

  @Test
  void specialCellsAreQuoted() throws IOException {
    append("plain", "a");
    append("quoted", "b, \"c\"\r\nd");
    append("umlaut", "ä€😀");
    assertEquals(CONTENT, Files.readString(path));
  }

  @Test
  void aFileTornAnywhereKeepsItsWholeRowsOnly() throws IOException {
    byte[] whole = CONTENT.getBytes("UTF-8");
    Files.write(path, whole);
    List<Long> ends = CsvRecords.ends(path);
    for (int length = 0; length <= whole.length; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      append("last", "z");
      int cut = length;
      long kept = ends.stream().filter(end -> end <= cut).reduce(ends.get(0), (a, b) -> b);
      String expected = new String(whole, 0, (int) kept, "UTF-8") + "last,z\r\n";
      assertEquals(expected, Files.readString(path), "cut at " + length);
    }
  }

  @Test
  void aForeignFileIsLeftAlone() throws IOException {
    for (String foreign : List.of("precious", "name,other\r\n1,2\r\n", "name,text,more\r\n")) {
      Files.writeString(path, foreign);
      assertThrows(InputException.class, () -> append("1", "a"));
      assertEquals(foreign, Files.readString(path));
    }
  }

  @Test
  void aSecondWriterIsTurnedAway() {
    try (CsvAppender first = CsvAppender.open(path, HEADER)) {
      InputException e = assertThrows(InputException.class, () -> append("1", "a"));
      assertTrue(e.getMessage().endsWith("is being written by another run"), e.getMessage());
      first.append(List.of("2", "b"));
    }
    append("3", "c");
  }

  @Test
  void aPathThatCannotBeWrittenIsNamed() {
    path = folder.resolve("missing").resolve("x.csv");
    InputException e = assertThrows(InputException.class, () -> append("1", "a"));
    assertTrue(e.getMessage().startsWith(path + ": cannot be written: "), e.getMessage());
  }

  /** A process that closes any descriptor of a file gives up its locks on it. */
  @Test
  void threeProcessesTakeTurns() throws IOException, InterruptedException {
    List<Process> writers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      writers.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Writer.class.getName(),
                  path.toString(),
                  "writer" + i)
              .inheritIO()
              .start());
    }
    for (Process writer : writers) {
      assertEquals(0, writer.waitFor());
    }
    List<String> lines = Files.readAllLines(path);
    assertEquals(1 + 3 * Writer.TURNS * 2, lines.size());
    assertEquals(lines.size(), lines.stream().distinct().count());
    for (int i = 1; i < lines.size(); i += 2) {
      assertEquals(lines.get(i).split(",")[0], lines.get(i + 1).split(",")[0]);
    }
    try (Stream<Path> files = Files.list(path.getParent())) {
      assertEquals(1, files.count());
    }
  }

  /** Opens the file for two rows at a time. */
  static final class Writer {
    private static final int TURNS = 50;

    private Writer() {}

    public static void main(String[] arguments) {
      int turn = 0;
      while (turn < TURNS) {
        try (CsvAppender file = CsvAppender.open(Path.of(arguments[0]), HEADER)) {
          file.append(List.of(arguments[1], turn + " first"));
          file.append(List.of(arguments[1], turn + " second"));
          turn++;
        } catch (InputException e) {
          if (!e.getMessage().endsWith("is being written by another run")) {
            throw e;
          }
        }
      }
    }
  }

  private void append(String... cells) {
    try (CsvAppender file = CsvAppender.open(path, HEADER)) {
      file.append(List.of(cells));
    }
  }
}
