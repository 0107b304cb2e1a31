package io.github.lrfbench.harness.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepFileTest {
  @TempDir private Path folder;

  private SweepFile read(String text) throws IOException {
    Path file = folder.resolve("sweep.yaml");
    Files.writeString(file, text);
    return SweepFile.read(file);
  }

  @Test
  void scalarsStayAsTheyAreWritten() throws IOException {
    SweepFile file =
        read(
            "# a sweep\nmodel: demo:bert\nkeep: [0.50, 1e-1]\nmethod:\n  - asvd:alpha=1\n  - no\n");
    assertEquals(
        List.of(
            new Setting("model", List.of("demo:bert"), 2),
            new Setting("keep", List.of("0.50", "1e-1"), 3),
            new Setting("method", List.of("asvd:alpha=1", "no"), 4)),
        file.shared());
    assertEquals(List.of(List.of()), file.grids());
    assertEquals(file.shared(), file.settings(0));
  }

  @Test
  void gridsSetBesideAndInsteadOfWhatIsShared() throws IOException {
    SweepFile file = read("keep: 0.5\ntask: rte\ngrids:\n  - keep: [0.3]\n  - {method: fwsvd}\n");
    assertEquals(2, file.grids().size());
    assertEquals(
        List.of(new Setting("keep", List.of("0.3"), 4), new Setting("task", List.of("rte"), 2)),
        file.settings(0));
    assertEquals("fwsvd", file.settings(1).get(2).values().get(0));
  }

  @Test
  void anEscapeWithoutItsDigitsIsNoYaml() {
    InputException fault = assertThrows(InputException.class, () -> read("a: [\"\\x\", 1]\n"));
    assertTrue(fault.getMessage().contains("no valid YAML"), fault.getMessage());
  }

  @Test
  void endlessNestingIsNoSweep() {
    for (String text : List.of("a: " + "[".repeat(100_000), "{a: ".repeat(100_000))) {
      InputException fault = assertThrows(InputException.class, () -> read(text));
      assertTrue(fault.getMessage().endsWith("line 1: is nested deeper than any sweep"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|is empty",
        "# nothing|is empty",
        "- a|line 1: the file must be a mapping",
        "keep: 0.5\\nkeep: 0.6|line 2: 'keep' is set before, in line 1",
        "keep: {a: b}|line 1: 'keep' must be a value or a list",
        "keep: [[1]]|line 1: 'keep' must be a value or a list",
        "task: rte\\nkeep: []|line 2: 'keep' is an empty list",
        "task: rte\\nkeep:|line 2: 'keep' has no value",
        "grids: 3|line 1: grids must be a list of mappings",
        "grids: [{a: b}]\\ngrids: [{a: c}]|line 2: 'grids' is set before",
        "grids:\\n  - 3|line 2: a grid must be a mapping",
        "[1, 2]: 3|is no valid YAML",
        "keep: [0.5|is no valid YAML",
        "keep: \"0.5|is no valid YAML"
      })
  void saysWhatIsWrongInOneLine(String text, String fault) {
    InputException e = assertThrows(InputException.class, () -> read(text.replace("\\n", "\n")));
    assertTrue(e.getMessage().contains(fault), e.getMessage());
    assertTrue(e.getMessage().startsWith(folder.resolve("sweep.yaml") + ": "), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void aMissingFileIsNamed() {
    InputException e =
        assertThrows(InputException.class, () -> SweepFile.read(folder.resolve("none.yaml")));
    assertTrue(e.getMessage().contains("none.yaml"), e.getMessage());
  }
}
