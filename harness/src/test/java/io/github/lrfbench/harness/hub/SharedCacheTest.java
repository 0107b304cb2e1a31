package io.github.lrfbench.harness.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hugging Face's own library finds in the cache what we fetched, and we what it fetched. */
class SharedCacheTest {
  private static final String PYTHON =
      Objects.requireNonNullElse(System.getenv("LRFBENCH_PYTHON"), "python3");
  private static final HubRepo REPO = HubRepo.model("hf:someone/tiny");

  @TempDir private Path cache;

  @Test
  void theLibraryFindsWhatWasFetched() throws IOException, InterruptedException {
    assumeTrue(
        python("import huggingface_hub").exitCode() == 0,
        PYTHON + " has no huggingface_hub; LRFBENCH_PYTHON may name one that has");
    try (FakeHub server = new FakeHub()) {
      put(server);
      Snapshot snapshot = new Hub(server.settings(cache), FetchListener.NONE).fetch(REPO);
      Outcome found =
          python(
              "import sys, huggingface_hub as h; print(h.snapshot_download('someone/tiny',"
                  + " cache_dir=sys.argv[1], local_files_only=True))",
              cache.toString());
      assertEquals(snapshot.directory().toString(), lastLine(found));
    }
  }

  @Test
  void whatTheLibraryFetchedIsFound() throws IOException, InterruptedException {
    assumeTrue(
        python("import huggingface_hub").exitCode() == 0,
        PYTHON + " has no huggingface_hub; LRFBENCH_PYTHON may name one that has");
    try (FakeHub server = new FakeHub()) {
      put(server);
      Outcome fetched =
          python(
              "import os, sys, huggingface_hub as h\n"
                  + "for name in 'config.json', 'vocab.txt', 'model.safetensors':\n"
                  + "  path = h.hf_hub_download('someone/tiny', name, cache_dir=sys.argv[1],"
                  + " endpoint=sys.argv[2])\n"
                  + "print(os.path.dirname(path))",
              cache.toString(),
              server.endpoint().toString());
      assertEquals(0, fetched.exitCode(), fetched.output());
      Snapshot snapshot =
          new Hub(server.settings(cache, null, true), FetchListener.NONE).fetch(REPO);
      assertEquals(snapshot.directory().toString(), lastLine(fetched));
    }
  }

  private static void put(FakeHub server) {
    server.put("someone/tiny", "config.json", bytes("{}"));
    server.put("someone/tiny", "vocab.txt", bytes("[PAD]"));
    server.put("someone/tiny", "model.safetensors", bytes("weights"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String lastLine(Outcome outcome) {
    return outcome.output().strip().replaceFirst("(?s).*\n", "");
  }

  private record Outcome(int exitCode, String output) {}

  private static Outcome python(String script, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(PYTHON, "-c", script);
    builder.command().addAll(List.of(arguments));
    builder.environment().put("HF_HUB_DISABLE_XET", "1");
    builder.environment().put("HF_HUB_DISABLE_PROGRESS_BARS", "1");
    builder.redirectErrorStream(true);
    try {
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), output);
    } catch (IOException e) {
      // There is no such program.
      return new Outcome(127, e.getMessage());
    }
  }
}
