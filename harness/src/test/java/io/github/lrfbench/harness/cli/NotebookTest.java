package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.kernels.TestData;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    requireNbclient();
    assertEquals("7", plots(null));
  }

  @Test
  void itRunsOnResultsOfTheDemo() throws IOException, InterruptedException {
    requireNbclient();
    assertEquals(
        0, sweep("--task", "demo-sst2,demo-stsb", "--method", "svd,fwsvd", "--keep", "0.7,0.3"));
    // Fronts over parameters and latency, break-even, matrices of each task, spectra, the ranking.
    assertEquals("7", plots(folder.resolve("out/runs.csv")));
  }

  /** The small synthetic model and a few examples: this is about the notebook. */
  private int sweep(String... options) {
    List<String> all = new ArrayList<>(List.of("sweep", "--device", "cpu", "--limit", "32"));
    all.addAll(List.of("--out", folder.resolve("out").toString()));
    all.addAll(List.of(options));
    PrintStream quiet = new PrintStream(PrintStream.nullOutputStream());
    PrintStream before = System.err;
    System.setErr(quiet);
    try {
      return Main.run(quiet, quiet, all.toArray(String[]::new));
    } finally {
      System.setErr(before);
    }
  }

  private void requireNbclient() throws IOException, InterruptedException {
    assumeTrue(
        python(null, "import nbclient, ipykernel, pandas, matplotlib") == 0,
        PYTHON + " has no nbclient, pandas and matplotlib; LRFBENCH_PYTHON may name one that has");
  }

  /** Runs the notebook; how many plots it drew. */
  private String plots(Path runs) throws IOException, InterruptedException {
    int code = python(runs, EXECUTE, FOLDER.resolve("sweep.ipynb").toString(), FOLDER.toString());
    String output = Files.readString(folder.resolve("log"));
    assertEquals(0, code, output);
    return output.strip().replaceFirst("(?s).*\\n", "");
  }

  private int python(Path runs, String script, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(PYTHON, "-c", script);
    builder.command().addAll(List.of(arguments));
    builder.environment().remove("LRFBENCH_RUNS");
    if (runs != null) {
      builder.environment().put("LRFBENCH_RUNS", runs.toString());
    }
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
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
