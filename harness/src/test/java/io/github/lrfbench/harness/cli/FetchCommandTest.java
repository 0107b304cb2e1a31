package io.github.lrfbench.harness.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.hub.FakeHub;
import io.github.lrfbench.harness.source.TinyCheckpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching as a user does, with the settings in the environment: each command is a process. */
class FetchCommandTest {
  private record Outcome(int exitCode, String out, String err) {}

  private final FakeHub server = new FakeHub();

  @TempDir private Path folder;

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aModelIsFetchedOnceAndThenUsedOffline() throws Exception {
    server.putAll("tiny/bert", TinyCheckpoint.bert(folder.resolve("model"), 2));
    Path glue = Files.createDirectories(folder.resolve("glue/SST-2"));
    Files.writeString(glue.resolve("dev.tsv"), "sentence\tlabel\na good film .\t1\nbad plot\t0\n");

    Outcome fetched = run(Map.of("HF_TOKEN", "hf_secret"), "fetch", "hf:tiny/bert");
    assertEquals(0, fetched.exitCode(), fetched.err());
    Path snapshot = Path.of(fetched.out().strip());
    assertTrue(Files.isRegularFile(snapshot.resolve("model.safetensors")), fetched.out());
    assertTrue(fetched.err().contains(FakeHub.COMMIT), fetched.err());
    assertFalse(fetched.err().contains("hf_secret"), fetched.err());

    Map<String, String> offline = Map.of("HF_HUB_OFFLINE", "1");
    String data = glue.getParent().toString();
    Outcome named =
        run(offline, "eval", "--model", "hf:tiny/bert", "--task", "sst2", "--glue", data);
    assertEquals(0, named.exitCode(), named.err());
    Outcome given =
        run(offline, "eval", "--model", snapshot.toString(), "--task", "sst2", "--glue", data);
    assertEquals(withoutTime(given.out()), withoutTime(named.out()));

    Path out = folder.resolve("run");
    Outcome swept =
        run(
            Map.of("HF_TOKEN", "hf_secret", "HF_HUB_OFFLINE", "1"),
            "sweep",
            "--model",
            "hf:tiny/bert",
            "--task",
            "sst2",
            "--glue",
            data,
            "--rank",
            "2",
            "--device",
            "cpu",
            "--out",
            out.toString());
    assertEquals(0, swept.exitCode(), swept.err());
    String record = read(out.resolve("run.json"));
    assertTrue(record.contains("\"model_revision\": \"" + FakeHub.COMMIT), record);
    assertFalse(record.contains("hf_secret"), record);

    Outcome absent = run(offline, "eval", "--model", "hf:tiny/other", "--task", "sst2");
    assertFault(2, "HF_HUB_OFFLINE", absent);
  }

  @Test
  void aTaskThatWasFetchedNeedsNoGlueOption() throws Exception {
    for (String file : List.of("stsb/train", "stsb/validation", "stsb/test")) {
      String path = file + "-00000-of-00001.parquet";
      try (InputStream in = FakeHub.class.getResourceAsStream("glue/" + path)) {
        server.put("datasets/nyu-mll/glue", path, in.readAllBytes());
      }
    }
    server.putAll("tiny/bert", TinyCheckpoint.bert(folder.resolve("model"), 1));
    Outcome fetched = run(Map.of(), "fetch", "glue:stsb");
    assertEquals(0, fetched.exitCode(), fetched.err());
    assertEquals(folder.resolve("cache/glue").toString(), fetched.out().strip());
    Outcome evaluated =
        run(Map.of(), "eval", "--model", "hf:tiny/bert", "--task", "stsb", "--limit", "1");
    assertEquals(0, evaluated.exitCode(), evaluated.err());
    assertTrue(evaluated.out().contains("examples\t1\n"), evaluated.out());
  }

  @Test
  void faultsAreOneLine() throws Exception {
    assertFault(2, "nobody/nothing", run(Map.of(), "fetch", "hf:nobody/nothing"));
    assertFault(2, "names no repository", run(Map.of(), "fetch", "hf:a/b/c"));
    assertFault(2, "'rte'", run(Map.of(), "fetch", "glue:rt"));
    assertFault(2, "cannot be fetched", run(Map.of(), "fetch", "imdb"));
    assertFault(2, "HF_TOKEN", run(Map.of("HF_TOKEN", "hf secret"), "fetch", "hf:nobody/nothing"));
  }

  private void assertFault(int exitCode, String named, Outcome outcome) {
    assertEquals(exitCode, outcome.exitCode(), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().contains(named), outcome.err());
    assertEquals("", outcome.out());
  }

  private static String withoutTime(String values) {
    return values.replaceAll("eval_seconds.*", "");
  }

  private Outcome run(Map<String, String> settings, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("HF_"));
    builder.environment().put("HF_ENDPOINT", server.endpoint().toString());
    builder.environment().put("LRFBENCH_CACHE", folder.resolve("cache").toString());
    builder.environment().putAll(settings);
    Process process = builder.start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("did not end: " + command);
    }
    return new Outcome(process.exitValue(), read(out), read(err));
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.UTF_8);
  }
}
