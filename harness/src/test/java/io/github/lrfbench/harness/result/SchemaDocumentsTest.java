package io.github.lrfbench.harness.result;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Compares the documents in {@code results/} with the schema. After a change of the schema, write
 * them anew by {@code ./mvnw -pl harness -am test -Dtest=SchemaDocumentsTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dlrfbench.update=true}.
 */
class SchemaDocumentsTest {
  private static final Path RESULTS = Path.of("..", "results");

  @Test
  void theTableForReadersIsCurrent() throws IOException {
    compare(RESULTS.resolve("SCHEMA.md"), SchemaDocuments.markdown());
  }

  @Test
  void theTableForProgramsIsCurrent() throws IOException {
    compare(RESULTS.resolve("schema.json"), SchemaDocuments.json());
  }

  private static void compare(Path file, String expected) throws IOException {
    if (Boolean.getBoolean("lrfbench.update")) {
      Files.writeString(file, expected);
    }
    assertEquals(expected, Files.readString(file));
  }
}
