package io.github.lrfbench.harness.peer;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryFolderTest {
  @TempDir private Path parent;

  @Test
  void nothingIsLeft() throws IOException {
    Path path;
    try (TemporaryFolder folder = TemporaryFolder.create(parent)) {
      path = folder.path();
      Files.writeString(Files.createDirectory(path.resolve("model")).resolve("file"), "text");
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void aPlaceWhereNoneCanBeIsNamed() {
    Path none = parent.resolve("none");
    String message =
        assertThrows(InputException.class, () -> TemporaryFolder.create(none)).getMessage();
    assertTrue(message.startsWith("cannot make a temporary folder in " + none), message);
  }
}
