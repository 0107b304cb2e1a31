package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputDirectoryTest {
  @TempDir Path folder;

  @Test
  void runIdsSortByTimeAndDiffer() {
    Instant now = Instant.parse("2026-11-24T06:41:12.9Z");
    String id = OutputDirectory.newRunId(now);
    assertTrue(id.matches("20261124T064112Z-[0-9a-f]{6}"), id);
    assertNotEquals(id, OutputDirectory.newRunId(now));
  }

  @Test
  void missingPartsAreMadeByPrepareOnly() throws IOException {
    Path deep = folder.resolve("a").resolve("b");
    OutputDirectory.check(deep);
    assertFalse(Files.exists(folder.resolve("a")));
    OutputDirectory.prepare(deep);
    try (var files = Files.list(deep)) {
      assertEquals(0, files.count());
    }
    OutputDirectory.prepare(deep);
  }

  @Test
  void aFileInTheWayIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    for (Path wanted : new Path[] {file, file.resolve("below")}) {
      InputException e = assertThrows(InputException.class, () -> OutputDirectory.prepare(wanted));
      assertEquals(wanted + ": cannot be written: " + file + " is not a directory", e.getMessage());
    }
  }
}
