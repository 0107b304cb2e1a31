package io.github.lrfbench.harness.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notebook of results runs from top to bottom, and is kept without what it printed. */
class NotebookTest {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("LRFBENCH_PYTHON"), "python3");
  private static final Path FOLDER =
      TestData.repositoryRoot().resolve("results/notebooks").toAbsolutePath();
  private static final String EXECUTE =
      """
      import sys, nbformat
      from nbclient import NotebookClient
      notebook = nbformat.read(sys.argv[1], 4)
      path = {"metadata": {"path": sys.argv[2]}}
      NotebookClient(notebook, timeout=300, kernel_name="python3", resources=path).execute()
      print(sum("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])))
      """;

  @TempDir private Path folder;

  @Test
  void itIsKeptWithoutOutputs() throws IOException {
    JsonNode notebook = new ObjectMapper().readTree(FOLDER.resolve("sweep.ipynb").toFile());
    assertFalse(notebook.path("cells").isEmpty());
    for (JsonNode cell : notebook.path("cells")) {
      assertEquals(0, cell.path("outputs").size());
    }
  }

  @Test
  void itRunsOnTheReferenceResults() throws IOException, InterruptedException {
    assumeTrue(
        python("import nbclient, ipykernel, pandas, matplotlib") == 0,
        PYTHON + " has no nbclient, pandas and matplotlib; LRFBENCH_PYTHON may name one that has");
    int code = python(EXECUTE, FOLDER.resolve("sweep.ipynb").toString(), FOLDER.toString());
    String output = Files.readString(folder.resolve("out"));
    assertEquals(0, code, output);
    assertEquals("7", output.strip().replaceFirst("(?s).*\\n", ""), "plots");
  }

  private int python(String script, String... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(PYTHON, "-c", script);
    builder.command().addAll(List.of(arguments));
    builder.environment().remove("LRFBENCH_RUNS");
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("out").toFile());
    try {
      Process process = builder.start();
      if (!process.waitFor(400, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return 1;
      }
      return process.exitValue();
    } catch (IOException e) {
      // There is no such program.
      return 127;
    }
  }
}
