package io.github.lrfbench.harness.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lrfbench.kernels.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonFileTest {
  @TempDir Path folder;

  @Test
  void readsAnObject() throws IOException {
    assertEquals(2, JsonFile.read(file("{\"a\": 1, \"b\": [null]}\n")).size());
  }

  @Test
  void faultsAreShortAndSayWhere() throws IOException {
    assertFault("is empty", "");
    assertFault("holds no JSON object", "[]");
    assertFault(
        "is no valid JSON: Duplicate field 'a' for `ObjectNode` at line 2, column 6",
        "{\"a\": 1,\n\"a\": 2}");
    assertFault(
        "is no valid JSON: Unexpected close marker ']': expected '}' at line 1, column 2", "{]");
    assertFault(
        "is no valid JSON: Trailing token (of type START_OBJECT) found after value"
            + " at line 1, column 4",
        "{} {}");
  }

  @Test
  void placesThatAreNoFileAreRefused() {
    Path missing = folder.resolve("missing");
    assertEquals(
        missing + ": does not exist",
        assertThrows(InputException.class, () -> JsonFile.read(missing)).getMessage());
    assertEquals(
        folder + ": is a directory, not a file",
        assertThrows(InputException.class, () -> JsonFile.read(folder)).getMessage());
  }

  private void assertFault(String fault, String json) throws IOException {
    Path file = file(json);
    assertEquals(
        file + ": " + fault,
        assertThrows(InputException.class, () -> JsonFile.read(file)).getMessage());
  }

  private Path file(String json) throws IOException {
    return Files.writeString(folder.resolve("a.json"), json);
  }
}
