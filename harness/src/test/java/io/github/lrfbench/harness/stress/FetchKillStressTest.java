package io.github.lrfbench.harness.stress;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lrfbench.harness.cli.Main;
import io.github.lrfbench.harness.hub.FakeHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fetch is killed again and again at any moment. What is in the cache under its name is whole
 * each time, and in the end all is there.
 */
@Tag("stress")
class FetchKillStressTest {
  private static final int KILLS = Integer.getInteger("lrfbench.stress.kills", 100);
  private static final long SEED = Long.getLong("lrfbench.stress.seed", 20);
  private static final int LONGEST_WAIT_MILLIS = 3000;

  @TempDir private Path folder;

  @Test
  void nothingIsTornOrLost() throws Exception {
    System.out.println("seed " + SEED + ", " + KILLS + " kills");
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] weights = new byte[40_000_000];
    random.nextBytes(weights);
    byte[] config = "{\"model_type\": \"bert\"}".getBytes(StandardCharsets.UTF_8);
    try (FakeHub server = new FakeHub()) {
      int killed = 0;
      int round = 0;
      while (killed < KILLS) {
        // Each round fetches another content, so that there is always something to be done.
        weights[0] = (byte) round++;
        server.put("someone/tiny", "config.json", config);
        server.put("someone/tiny", "vocab.txt", "[PAD]\n".getBytes(StandardCharsets.UTF_8));
        server.put("someone/tiny", "model.safetensors", weights);
        Path cache = folder.resolve("cache" + round);
        for (boolean done = false; !done; ) {
          Process process = start(server, cache);
          boolean ended =
              process.waitFor(random.nextInt(LONGEST_WAIT_MILLIS), TimeUnit.MILLISECONDS);
          process.destroyForcibly().waitFor();
          assertTrue(!ended || process.exitValue() == 0, () -> output());
          killed += ended ? 0 : 1;
          assertWhole(cache, List.of(config, weights));
          done = ended || killed >= KILLS;
        }
        assertEquals(0, start(server, cache).waitFor(), this::output);
        try (Stream<Path> files = Files.walk(cache)) {
          List<Path> found = files.filter(f -> f.endsWith("model.safetensors")).toList();
          assertEquals(1, found.size());
          assertArrayEquals(weights, Files.readAllBytes(found.get(0)));
        }
        delete(cache);
      }
      System.out.println(killed + " kills in " + round + " fetches");
    }
  }

  /** Whatever has its name is whole. */
  private static void assertWhole(Path cache, List<byte[]> contents) throws IOException {
    if (!Files.exists(cache)) {
      return;
    }
    try (Stream<Path> files = Files.walk(cache)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (file.endsWith("config.json") || file.endsWith("model.safetensors")) {
          byte[] found = Files.readAllBytes(file);
          assertTrue(
              contents.stream().anyMatch(content -> Arrays.equals(content, found)),
              file + " is torn");
        }
      }
    }
  }

  private Process start(FakeHub server, Path cache) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "fetch",
            "hf:someone/tiny");
    builder.environment().put("HF_ENDPOINT", server.endpoint().toString());
    builder.environment().put("LRFBENCH_CACHE", cache.toString());
    builder.environment().keySet().removeIf(name -> name.startsWith("HF_HUB"));
    return builder
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
  }

  private String output() {
    try {
      return Files.readString(folder.resolve("output"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
