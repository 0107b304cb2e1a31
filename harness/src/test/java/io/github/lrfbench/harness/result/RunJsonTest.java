package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunJsonTest {
  @TempDir Path folder;

  @Test
  void theObjectIsPrintedInItsOrderAndReplacesAnOlderOne() throws IOException {
    Path path = folder.resolve("run.json");
    RunJson.write(path, Map.of("old", true));
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("run_id", "r");
    object.put("command", List.of("sweep", "--keep", "0.5"));
    object.put("threads", 2);
    RunJson.write(path, object);
    assertEquals(
        """
        {
          "run_id": "r",
          "command": [
            "sweep",
            "--keep",
            "0.5"
          ],
          "threads": 2
        }
        """,
        Files.readString(path));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(path), files.toList());
    }
  }

  @Test
  void aPathThatCannotBeWrittenIsNamed() {
    Path path = folder.resolve("missing").resolve("run.json");
    InputException e =
        assertThrows(InputException.class, () -> RunJson.write(path, Map.of("a", 1)));
    assertEquals(path + ": cannot be written: no such file", e.getMessage());
  }
}
