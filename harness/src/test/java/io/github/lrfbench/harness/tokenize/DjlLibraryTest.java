package io.github.lrfbench.harness.tokenize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What DJL does to the world around it, seen in processes of their own. */
class DjlLibraryTest {
  private static final String IDS = "[2, 5, 3]\n";
  private static final int PROCESSES = 3;

  @TempDir Path folder;

  @Test
  void processesThatStartTogetherUnpackOneLibraryAndOpenNoConnection() throws Exception {
    TokenizerFiles.write(folder, "vocab.txt", TokenizerFiles.WORDS);
    Path cache = folder.resolve("cache");
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < PROCESSES; i++) {
      processes.add(start(cache, folder.toString()));
    }
    for (Process process : processes) {
      assertEquals(IDS, output(process));
    }
    Path natives = cache.resolve("djl").resolve("natives");
    try (Stream<Path> files = Files.walk(cache)) {
      // One library, and the lock under which it was unpacked: nothing half unpacked stays behind.
      assertEquals(
          Set.of(natives.resolve(System.mapLibraryName("tokenizers")), natives.resolve(".loading")),
          files.filter(Files::isRegularFile).collect(Collectors.toSet()));
    }
  }

  /** Without our settings DJL does call home, so the test above could fail. */
  @Test
  void theSpySeesConnections() throws Exception {
    String output = output(start(folder, "call-home"));
    assertTrue(output.startsWith("opens http://169.254.169.254/"), output);
  }

  @Test
  void aCacheThatCannotBeMadeIsAnInputError() throws Exception {
    TokenizerFiles.write(folder, "vocab.txt", TokenizerFiles.WORDS);
    Path file = Files.writeString(folder.resolve("file"), "");
    String output = output(start(file, folder.toString()));
    assertTrue(output.contains("LRFBENCH_CACHE"), output);
    assertEquals(1, output.lines().count(), output);
  }

  private static Process start(Path cache, String argument) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            TokenizerProcess.class.getName(),
            argument);
    Map<String, String> environment = builder.environment();
    List.of("OPT_OUT_TRACKING", "DJL_OFFLINE", "DJL_CACHE_DIR", "ENGINE_CACHE_DIR")
        .forEach(environment::remove);
    environment.put("LRFBENCH_CACHE", cache.toString());
    return builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static String output(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
