package io.github.lrfbench.harness.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockFileTest {
  @TempDir private Path folder;

  @Test
  void oneAtATimeHoldsIt() throws IOException {
    Path file = LockFile.of(folder.resolve("runs.csv"));
    try (LockFile lock = LockFile.take(file)) {
      assertTrue(Files.exists(file));
      assertEquals(Optional.empty(), LockFile.tryTake(file));
    }
    assertFalse(Files.exists(file));
    LockFile.tryTake(file).orElseThrow().close();
  }

  @Test
  void aFileThatADeadProcessLeftLocksNobodyOut() throws IOException {
    Path file = Files.writeString(folder.resolve(".x.lock"), "");
    LockFile.tryTake(file).orElseThrow().close();
  }

  @Test
  void aLinkIsLockedAsWhatItLeadsTo() throws IOException {
    Path file = Files.writeString(folder.resolve("runs.csv"), "");
    Path other = Files.createDirectories(folder.resolve("other")).resolve("link.csv");
    Files.createSymbolicLink(other, file);
    assertEquals(LockFile.of(file.toRealPath()), LockFile.of(other));
    Path link = Files.createSymbolicLink(folder.resolve("folder"), folder.resolve("other"));
    try (LockFile lock = LockFile.take(folder.resolve("other/.x.lock"))) {
      assertEquals(Optional.empty(), LockFile.tryTake(link.resolve(".x.lock")));
    }
  }
}
