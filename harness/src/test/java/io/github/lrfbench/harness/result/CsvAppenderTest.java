package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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

  private void append(String... cells) {
    try (CsvAppender file = CsvAppender.open(path, HEADER)) {
      file.append(List.of(cells));
    }
  }
}
