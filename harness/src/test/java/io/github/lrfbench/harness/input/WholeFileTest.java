package io.github.lrfbench.harness.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

class WholeFileTest {
  @TempDir private Path folder;

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  /** Trying says what writing would, and leaves all as it is. */
  @Test
  void whatCannotBeWrittenIsNamedBeforehand() throws IOException {
    Path missing = folder.resolve("none/figures.csv");
    InputException tried =
        assertThrows(InputException.class, () -> WholeFile.requireWritable(missing));
    InputException written =
        assertThrows(InputException.class, () -> WholeFile.write(missing, out -> out.write("new")));
    assertTrue(tried.getMessage().startsWith("cannot write " + missing + ": "));
    assertEquals(written.getMessage(), tried.getMessage());
    Path file = folder.resolve("figures.csv");
    WholeFile.requireWritable(file);
    assertEquals(List.of(), files());
    Files.writeString(file, "kept");
    WholeFile.requireWritable(file);
    assertEquals(List.of(file), files());
    assertEquals("kept", Files.readString(file));
  }
}
