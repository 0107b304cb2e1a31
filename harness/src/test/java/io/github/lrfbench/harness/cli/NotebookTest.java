package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.lrfbench.harness.result.ResultsCsv;
import io.github.lrfbench.harness.result.RowLabel;
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

  /** What the code of the notebook gives, its first cell or all; without a kernel. */
  private static final String EVALUATE =
      """
      import json, os, sys
      import matplotlib
      matplotlib.use("Agg")
      os.chdir(sys.argv[2])
      code = [cell for cell in json.load(open(sys.argv[1]))["cells"] if cell["cell_type"] == "code"]
      names = {}
      for cell in code if sys.argv[3] == "all" else code[:1]:
          exec("".join(cell["source"]), names)
      told = {"labels": list(names["runs"].label)}
      if sys.argv[3] == "all":
          told["ranks"] = {key[-1]: int(rank) for key, rank in names["ranking"]["rank"].items()}
          told["apart"] = names["apart"].why.to_dict()
      print(json.dumps(told))
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

  @Test
  void whatCutsLittleIsNotRankedAmongWhatCutsHalf() throws IOException, InterruptedException {
    requireNbclient();
    JsonNode told = evaluate(reference("minilm-methods.csv"), "all");
    JsonNode ranks = told.path("ranks");
    assertEquals(17, ranks.size(), told.toString());
    assertEquals(1, ranks.path("drone sensitivity").asInt());
    // Cell by cell they are equal.
    assertEquals(4, ranks.path("svdllm").asInt());
    assertEquals(4, ranks.path("drone").asInt());
    assertEquals(6, ranks.path("drone:bias=compensate").asInt());
    assertEquals("does not reach the budget", told.path("apart").path("svd-head").asText());
    assertEquals("does not reach the budget", told.path("apart").path("laser").asText());
    assertEquals("has gaps", told.path("apart").path("lord sensitivity").asText());
  }

  @Test
  void rowsHaveTheLabelsThatReportsGiveThem() throws IOException, InterruptedException {
    requireNbclient();
    Path earlier =
        Files.writeString(
            folder.resolve("earlier.csv"),
            """
            schema,run_id,cell_id,status,model,task,method,method_params,metric_name,energy_of,calibration_examples,extra
            1,r,1,ok,m,t,svd,split=sqrt,mcc,,,
            1,r,2,ok,m,t,fwsvd,examples=64;finetune_epochs=1;finetune_lr=5.0E-5,mcc,,,"{}"
            1,r,3,ok,m,t,wlra:floor=0.1,optimizer=anderson,mcc,,,
            1,r,4,ok,m,t,svd-head,examples=2490,mcc,,,
            2,r,5,ok,m,t,kronecker@++int8,kronecker.terms=4,mcc,,,
            3,r,6,ok,m,t,svd,allocate=uniform;round_to=8,mcc,outputs,256,"{""layers"":[""*.query"",""*.key""]}"
            3,r,7,ok,m,t,svd,distill=0.5;distill_hidden=1.0;finetune_epochs=2;finetune_lr=0.00123,mcc,own,1024,
            3,r,8,ok,m,t,svd,cache=latent;finetune_epochs=2;finetune_lr=1.5E-4;finetune_select=held-out;head=untied;qkv=split,mcc,,,
            3,r,9,ok,m,t,lord+int8,int8.bias=keep;lord.allocate=greedy;lord.round_to=4,mcc,own,0,
            3,r,10,ok,m,t,dense,,mcc,,,
            """);
    for (Path file :
        List.of(
            earlier,
            reference("minilm-methods.csv"),
            reference("minilm-glue.csv"),
            reference("minilm-forms.csv"))) {
      List<String> labels = new ArrayList<>();
      evaluate(file, "labels").path("labels").forEach(label -> labels.add(label.asText()));
      assertEquals(
          ResultsCsv.RUNS.read(file).stream()
              .filter(row -> !row.failed())
              .map(RowLabel::of)
              .toList(),
          labels);
    }
  }

  private static Path reference(String name) {
    return FOLDER.resolve("../reference").resolve(name).normalize();
  }

  private JsonNode evaluate(Path runs, String what) throws IOException, InterruptedException {
    int code =
        python(runs, EVALUATE, FOLDER.resolve("sweep.ipynb").toString(), FOLDER.toString(), what);
    String output = Files.readString(folder.resolve("log"));
    assertEquals(0, code, output);
    return new ObjectMapper().readTree(output.strip().replaceFirst("(?s).*\\n", ""));
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
